import { t } from "@mosaik/postcard";
import { blake3 } from "@noble/hashes/blake3.js";
import { describe, expect, it } from "vitest";
import { hashRankOf, inHashOrder, rankOf, type HashOrder } from "../../../src/collections/keys/hash-order.js";
import { sipHash13 } from "../../../src/collections/keys/sip-hash.js";
import { digestCodec } from "../../../src/network/index.js";
import { Digest, fromHex, toHex } from "../../../src/primitives/index.js";
import { loadCases } from "../../vectors/load.js";

interface Case {
  readonly kind: string;
  readonly name: string;
  readonly decimal?: string;
  readonly stream?: string;
  readonly sip13?: string;
  readonly h?: string;
  readonly ord?: string;
  readonly [field: string]: unknown;
}

const cases = loadCases<Case>("hash-order.json");
const MANY = Array.from({ length: 100_000 }, (_, i) => BigInt(i));

function named(name: string): Case {
  return cases.find((one) => one.name.startsWith(name))!;
}

/** What the steps of a sort come to, and how many there were. */
function sorted<E>(entries: readonly E[], rank: (entry: E) => number, order: HashOrder): { keys: E[]; steps: number } {
  const steps = inHashOrder(entries, rank, order);
  for (let count = 1; ; count++) {
    const { done, value } = steps.next();
    if (done) return { keys: value, steps: count };
  }
}

function fingerprint(keys: readonly bigint[]): string {
  return toHex(blake3(new Uint8Array(BigUint64Array.from(keys).buffer)));
}

describe("SipHash-1-3", () => {
  it.each(cases.filter(({ kind, stream }) => kind === "hash" && stream !== undefined))("of $name", (one) => {
    const [high, low] = sipHash13(fromHex(one.stream!)!);
    const hex = (part: number): string => part.toString(16).padStart(8, "0");
    expect(hex(high) + hex(low)).toBe(one.sip13);
    expect([hex(low), hex(rankOf(low))]).toEqual([one.h, one.ord]);
  });

  it("of nothing", () => {
    const [high, low] = sipHash13(new Uint8Array());
    expect(String((BigInt(high) << 32n) | BigInt(low))).toBe(named("nothing written").decimal);
  });
});

describe("the order of Rust's hashed collections", () => {
  it("of few keys", () => {
    const names = ["dave", "carol", "bob", "alice", "eve"];
    expect(sorted(names, hashRankOf(t.string), "owned").keys).toEqual(named("im::HashMap of five names")["consuming"]);
    const numbers = MANY.slice(0, 16);
    const { keys } = sorted(numbers, hashRankOf(t.u64), "owned");
    expect(keys.map(Number)).toEqual(named("Map<u64,u64>::iter after")["keys"]);
    expect(sorted([], hashRankOf(t.u64), "lent").keys).toEqual([]);
  });

  it("of 100,000 keys, some of one rank, in many short steps", () => {
    const vector = named("im::HashMap of u64 0..99999");
    const lent = sorted(MANY, hashRankOf(t.u64), "lent");
    expect(fingerprint(lent.keys)).toBe(vector["blake3OfBorrowingLE64"]);
    expect(fingerprint(sorted(MANY, hashRankOf(t.u64), "owned").keys)).toBe(vector["blake3OfConsumingLE64"]);
    expect(lent.steps).toBeGreaterThan(150);
  });

  it("is that of numbers when they are not bigints", () => {
    const numbers = MANY.slice(0, 16).map(Number);
    expect(sorted(numbers, hashRankOf(t.u64.asNumber()), "owned").keys).toEqual(named("Set<u64>::iter")["keys"]);
  });

  it("of ids is that of arrays", () => {
    const digest = Digest.from("my-app");
    expect(hashRankOf(digestCodec)(digest).toString(16)).toBe(named("Digest my-app").ord);
  });

  it("is none for types without a hash", () => {
    expect(() => hashRankOf(t.f64)).toThrow(TypeError);
  });
});
