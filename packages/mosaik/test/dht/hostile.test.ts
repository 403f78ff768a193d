import { describe, expect, it } from "vitest";
import { mutate, seededRandom } from "../../../postcard/test/support/mutations.js";
import { encodeBencode, type Bencoded } from "../../src/dht/bencode.js";
import { decodeDnsAnswers, DnsMessageError } from "../../src/dht/dns-message.js";
import { compactNodes, decodeAnswer, KrpcError, type DhtNode } from "../../src/dht/krpc.js";
import { Lookup } from "../../src/dht/lookup.js";
import { decodeSlotRecord, encodeSlotRecord } from "../../src/dht/slot-record.js";
import { parseAddress } from "../../src/network/index.js";
import { fromHex, PeerId } from "../../src/primitives/index.js";

/** Mutations per decoder; 10^6 in the full run, `npm run test:hostile`. */
const mutations = Number(process.env["MOSAIK_HOSTILE"] ?? 1e4);
const seed = Number(process.env["MOSAIK_SEED"] ?? 1);
const timeoutMs = 30_000 + mutations / 5;

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);
const node = (number: number): DhtNode => ({
  id: bytes(20, number & 255),
  host: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
  port: 6881,
});
const answer = (kind: "r" | "e", body: Bencoded): Uint8Array =>
  encodeBencode(
    new Map<string, Bencoded>([
      ["t", bytes(4, 1)],
      ["y", text(kind)],
      ["ip", bytes(6, 9)],
      [kind, body],
    ]),
  );
const answers = [
  answer("r", new Map<string, Bencoded>([["id", bytes(20, 3)]])),
  answer(
    "r",
    new Map<string, Bencoded>([
      ["id", bytes(20, 3)],
      ["nodes", compactNodes([node(1), node(2)])],
      ["token", bytes(4, 7)],
      ["k", bytes(32, 5)],
      ["sig", bytes(64, 6)],
      ["seq", 1_790_000_000_123_456n],
      ["v", bytes(100, 8)],
    ]),
  ),
  answer("e", [301n, text("CAS mismatch")]),
];
const key = fromHex("442931bf91cc40af80d9cafc22389904155d0f5b43c75763a294728d41146ad6")!;
const record = encodeSlotRecord(
  key,
  parseAddress({
    id: PeerId.fromBytes(bytes(32, 4)),
    directAddrs: ["192.0.2.7:4433", "[2001:db8::1]:4433"],
    relayUrls: ["https://relay.example./"],
  }),
);

/** @param takes whether the input counted for something */
function bombard(inputs: readonly Uint8Array[], takes: (input: Uint8Array) => boolean): void {
  const random = seededRandom(seed);
  let taken = 0;
  for (let i = 0; i < mutations; i++) if (takes(mutate(inputs[i % inputs.length]!, random))) taken++;
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThan(mutations);
}

function throwsOnly(type: new (message: string) => Error, decode: () => void): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    if (error instanceof type) return false;
    throw error;
  }
}

describe(`${mutations} mutated datagrams and records, seed ${seed}`, () => {
  it(
    "answers of nodes: typed errors only",
    () => bombard(answers, (input) => throwsOnly(KrpcError, () => decodeAnswer(input))),
    timeoutMs,
  );

  it(
    "DNS messages: typed errors only",
    () => bombard([record], (input) => throwsOnly(DnsMessageError, () => decodeDnsAnswers(input))),
    timeoutMs,
  );

  it(
    "records of slots: a peer, or nobody",
    () => bombard([record], (input) => decodeSlotRecord(key, input, () => true) !== undefined),
    timeoutMs,
  );
});

describe("whoever writes records and answers", () => {
  it("makes nobody dial more than 32 addresses", () => {
    const directAddrs = Array.from({ length: 60 }, (_, i) => `1.1.1.${i}:${i + 1}`);
    const long = encodeSlotRecord(key, parseAddress({ id: PeerId.fromBytes(bytes(32, 4)), directAddrs }));
    expect(long.length).toBeLessThanOrEqual(1000);
    expect(decodeSlotRecord(key, long, () => true)!.addrs).toHaveLength(32);
  });

  it("ends a lookup after 256 questions, though there is always a nearer node", () => {
    const lookup = new Lookup(bytes(20, 0), [node(255)], () => true);
    let asked = 0;
    for (let number = 1; !lookup.isDone; number++) {
      for (const one of lookup.next()) {
        asked++;
        const nodes = [0, 1, 2].map((i) => ({ ...node(3 * number + i), id: idNearer(asked) }));
        lookup.replied(one, { kind: "response", id: one.id, nodes, token: bytes(4, 1), packet: undefined });
      }
    }
    expect(asked).toBe(256);
    expect(lookup.result().responders).toHaveLength(20);
  });

  /** Ids that come nearer and nearer to zero. */
  function idNearer(step: number): Uint8Array {
    const id = bytes(20, 255);
    new DataView(id.buffer).setUint32(0, 0xffff_ffff - step);
    return id;
  }
});
