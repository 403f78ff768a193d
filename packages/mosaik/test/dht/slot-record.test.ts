import { isPublicKey, publicKey, sign, verify } from "@mosaik/iroh";
import { base58 } from "@scure/base";
import { describe, expect, it } from "vitest";
import { decodeDnsAnswers, DnsMessageError, encodeDnsAnswers, stringsOf, txtOf } from "../../src/dht/dns-message.js";
import { compareAge, signableBytes, signPacket, targetOf, verifyPacket } from "../../src/dht/signed-packet.js";
import { decodeSlotRecord, encodeSlotRecord, originOf } from "../../src/dht/slot-record.js";
import { SLOT_COUNT, slotSeeds } from "../../src/dht/slots.js";
import { parseAddress } from "../../src/network/index.js";
import { Digest, PeerId } from "../../src/primitives/index.js";
import type { Runtime } from "../../src/runtime/index.js";
import { loadCases } from "../vectors/load.js";

interface SlotCase {
  readonly kind: "slot";
  readonly name: string;
  readonly network: string;
  readonly slot: number;
  readonly seed: string;
  readonly publicKey: string;
  readonly zbase32: string;
  readonly target: string;
}
interface RecordCase {
  readonly kind: "record";
  readonly name: string;
  readonly network: string;
  readonly slot: number;
  readonly peer: string;
  readonly packet: string;
  readonly timestamp: string;
  readonly records: readonly (readonly [string, string])[];
}
type Case =
  | SlotCase
  | RecordCase
  | { readonly kind: "base58"; readonly name: string; readonly bytes: string; readonly text: string };

const cases = loadCases<Case>("dht.json");
const of = <K extends Case["kind"]>(kind: K): Extract<Case, { kind: K }>[] =>
  cases.filter((one): one is Extract<Case, { kind: K }> => one.kind === kind);
const crypto = { publicKey, sign, verify } as unknown as Runtime;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

describe("slots of a network", () => {
  it.each(of("slot"))("$name", ({ network, slot, seed, publicKey: key, zbase32, target }) => {
    const seeds = slotSeeds(Digest.from(network));
    expect(seeds).toHaveLength(SLOT_COUNT);
    expect(hex(seeds[slot]!)).toBe(seed);
    const derived = publicKey(seeds[slot]!);
    expect([hex(derived), originOf(derived), hex(targetOf(derived))]).toEqual([key, zbase32, target]);
  });
});

describe("records of slots", () => {
  it.each(of("record"))("$name: the packet of Rust, byte for byte", (one) => {
    const packet = unhex(one.packet);
    const secret = slotSeeds(Digest.from(one.network)).find(
      (seed) => hex(publicKey(seed)) === one.packet.slice(0, 64),
    )!;
    const seq = Buffer.from(packet).readBigUInt64BE(96);
    const value = packet.subarray(104);
    const signed = signPacket(crypto, secret, seq, value);
    expect(hex(signed.signature)).toBe(hex(packet.subarray(32, 96)));
    expect(verifyPacket(crypto, signed)).toBe(true);
    const read = decodeSlotRecord(signed.publicKey, value, isPublicKey)!;
    expect(read.id.hex).toBe(one.peer);
    // A URL with an equals sign is cut there, and one of two character-strings after the first, as Rust reads them.
    if (!one.name.includes("equals") && !one.name.includes("two character-strings")) {
      expect(hex(encodeSlotRecord(signed.publicKey, read))).toBe(hex(value));
    }
  });

  it.each(of("base58"))("$name", ({ bytes, text }) => {
    expect(base58.encode(unhex(bytes))).toBe(text);
    expect(hex(base58.decode(text))).toBe(bytes);
  });

  const key = publicKey(new Uint8Array(32).fill(1));
  const peer = PeerId.fromBytes(publicKey(new Uint8Array(32).fill(2)));

  it("with more addresses than fit have the first of them", () => {
    const directAddrs = Array.from({ length: 60 }, (_, i) => `192.0.2.${i}:${10_000 + i}`);
    const address = parseAddress({ id: peer, directAddrs, relayUrls: ["https://relay.example./"] });
    const message = encodeSlotRecord(key, address);
    expect(message.length).toBeLessThanOrEqual(1000);
    const read = decodeSlotRecord(key, message, isPublicKey)!;
    expect(read.addrs).toEqual(address.addrs.slice(0, read.addrs.length));
    expect(read.addrs.length).toBeGreaterThan(20);
  });

  it("name nobody without an id, with a bad one, or in the name of another slot", () => {
    const origin = originOf(key);
    const record = (name: string, text: string): Uint8Array =>
      encodeDnsAnswers([{ name, type: 16, ttlSeconds: 1, data: txtOf(text) }]);
    const good = base58.encode(peer.bytes);
    expect(decodeSlotRecord(key, record(`_id.${origin}`, `${good}=x`), isPublicKey)?.id).toBe(peer);
    const bad = [
      record(`_ip.${origin}`, "127.0.0.1:1"),
      record(`_id.${origin}`, "0OIl"),
      record(`_id.${origin}`, good.slice(1)),
      record(`_id.${origin}`, base58.encode(new Uint8Array(32).fill(2))),
      record(`_id.${originOf(peer.bytes)}`, good),
      record(`_ID.${origin}`, good),
      encodeDnsAnswers([{ name: `_id.${origin}`, type: 5, ttlSeconds: 1, data: txtOf(good) }]),
      new Uint8Array(3),
    ];
    for (const [i, message] of bad.entries())
      expect([i, decodeSlotRecord(key, message, isPublicKey)]).toEqual([i, undefined]);
  });

  it("leave out addresses that cannot be read", () => {
    const origin = originOf(key);
    const answers = [
      ["_id", base58.encode(peer.bytes)],
      ["_ip", "not an address"],
      ["_ip", "127.0.0.1:99999"],
      ["_ip", "[::1]:7"],
      ["_r", "no url"],
      ["_other", "x"],
    ].map(([name, text]) => ({ name: `${name}.${origin}`, type: 16, ttlSeconds: 1, data: txtOf(text!) }));
    expect(decodeSlotRecord(key, encodeDnsAnswers(answers), isPublicKey)?.addrs).toEqual([
      { kind: "ip", value: "[::1]:7" },
    ]);
  });
});

describe("signed packets", () => {
  it("signable_without_salt", () => {
    expect(Buffer.from(signableBytes(4n, new TextEncoder().encode("Hello world!"))).toString()).toBe(
      "3:seqi4e1:v12:Hello world!",
    );
  });

  it("are refused when anything of them is another, or they are too long", () => {
    const secret = new Uint8Array(32).fill(3);
    const packet = signPacket(crypto, secret, 7n, Uint8Array.of(1, 2, 3));
    expect(verifyPacket(crypto, packet)).toBe(true);
    expect(verifyPacket(crypto, { ...packet, seq: 8n })).toBe(false);
    expect(verifyPacket(crypto, { ...packet, value: Uint8Array.of(1, 2) })).toBe(false);
    expect(verifyPacket(crypto, { ...packet, publicKey: publicKey(new Uint8Array(32)) })).toBe(false);
    expect(verifyPacket(crypto, { ...packet, seq: -1n })).toBe(false);
    expect(() => signPacket(crypto, secret, 1n, new Uint8Array(1001))).toThrow(RangeError);
    expect(() => signPacket(crypto, secret, 2n ** 63n, new Uint8Array(1))).toThrow(RangeError);
    expect(verifyPacket(crypto, signPacket(crypto, secret, 2n ** 63n - 1n, new Uint8Array(1000)))).toBe(true);
  });

  it("most_recent_mutable_item_selects_by_seq_then_value", () => {
    const secret = new Uint8Array(32).fill(3);
    const [old, low, high] = [
      signPacket(crypto, secret, 1n, Uint8Array.of(9)),
      signPacket(crypto, secret, 2n, Uint8Array.of(1)),
      signPacket(crypto, secret, 2n, Uint8Array.of(1, 0)),
    ] as const;
    expect([old, high, low].sort(compareAge)).toEqual([old, low, high]);
    expect(compareAge(low, low)).toBe(0);
  });
});

describe("DNS messages", () => {
  it("compressed_names: are read as they were written, with or without pointers", () => {
    const answers = ["a.b.c", "b.c", "x.a.b.c", "c", "B.c"].map((name, i) => ({
      name,
      type: 16,
      ttlSeconds: 2 ** 32 - 1 - i,
      data: txtOf(name),
    }));
    expect(decodeDnsAnswers(encodeDnsAnswers(answers))).toEqual(answers);
  });

  it("texts of more than 254 bytes are cut", () => {
    for (const length of [0, 1, 254, 255, 508, 509]) {
      const strings = stringsOf(txtOf("x".repeat(length)));
      expect(strings.map((string) => string.length)).toEqual(
        Array.from({ length: Math.max(1, Math.ceil(length / 254)) }, (_, i) => Math.min(254, length - 254 * i)),
      );
    }
  });

  it.each([
    ["that are cut", "0000800000000001000000000161"],
    ["with a reserved flag", "000080400000000000000000"],
    ["whose name points to itself", "000080000000000100000000c00c00100001000000000000"],
    ["whose names point at each other", "000080000000000100000000c00ec00c00100001000000000000"],
    ["with a label of another kind", "00008000000000010000000041610000100001000000000000"],
    ["with fewer answers than they say", "000080000000000200000000016100001000010000000000000"],
  ])("%s are refused", (_, message) => {
    expect(() => decodeDnsAnswers(unhex(message))).toThrow(DnsMessageError);
  });
});
