import { DecodeError, t, type Codec } from "@mosaik/postcard";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proofOn } from "../../src/groups/bonds/proof.js";
import { GroupKey } from "../../src/groups/key.js";
import {
  bondMessageCodec,
  ENTRIES_MAX,
  groupMessageCodec,
  handshakeEndCodec,
  handshakeStartCodec,
  type BondMessage,
  type GroupMessage,
} from "../../src/groups/protocol.js";
import { ORIGIN, TERM_MAX } from "../../src/groups/positions.js";
import { u64PairCodec } from "../../src/groups/u64-pair.js";
import { verifySignature } from "../../src/network/index.js";
import { fromHex, PeerId, toHex } from "../../src/primitives/index.js";
import { createNodeRuntime, type Connection } from "../../src/runtime/index.js";
import { loadCases } from "../vectors/load.js";

interface Case {
  readonly direction: "rust->js" | "js->rust";
  readonly hex: string;
  readonly meaning: string;
}

const runtime = await createNodeRuntime();
/** Messages of whatever state sync, as they are. */
const rawSync: Codec<Uint8Array> = t.custom<Uint8Array>({ encode: (bytes) => bytes, decode: (bytes) => bytes });
const bondCodec = bondMessageCodec(rawSync);
const groupCodec = groupMessageCodec(rawSync);

const captures = ["bond", "bond-accept", "raft", "three"].flatMap((name) =>
  loadCases<Case>(`captures-${name}.json`)
    .filter(({ hex }) => hex !== "")
    .map((one, i) => ({ ...one, title: `${name} ${i}: ${one.meaning.slice(0, 80)}` })),
);
const isHandshake = (kind: string) => (c: Case) => c.meaning.includes(`Handshake${kind}`);
const messages = captures.filter((c) => !c.meaning.includes("Handshake"));

describe("traffic of Rust nodes and with them", () => {
  it.each(messages)("$title", ({ hex, meaning }) => {
    const message = bondCodec.decode(fromHex(hex)!);
    expect(toHex(bondCodec.encode(message))).toBe(hex);
    if ("entry" in message) expect(verifySignature(runtime, message.entry)).toBe(true);
    const json = /\{.*\}$/.exec(meaning)?.[0];
    if (json !== undefined) expect(summary(message)).toMatchObject(expected(JSON.parse(json) as Captured));
  });

  it.each(captures.filter(isHandshake("Start")))("$title", ({ hex, meaning }) => {
    const start = handshakeStartCodec.decode(fromHex(hex)!);
    expect(toHex(handshakeStartCodec.encode(start))).toBe(hex);
    for (const signed of start.bonds) expect(verifySignature(runtime, signed)).toBe(true);
    const known = /id: (\w{64}), secret (\w{64}), own id (\w{64})/.exec(meaning);
    if (known === null) return;
    const [, ekm, secret, id] = known;
    const connection = { exportKeyingMaterial: () => fromHex(ekm!)! } as unknown as Connection;
    const proof = proofOn(connection, start.group, GroupKey.fromSecret(secret!), PeerId.from(id!));
    expect(start.proof.hex).toBe(proof.hex);
  });

  it.each(captures.filter(isHandshake("End")))("$title", ({ hex }) => {
    const end = handshakeEndCodec.decode(fromHex(hex)!);
    expect(toHex(handshakeEndCodec.encode(end))).toBe(hex);
    for (const signed of end.bonds) expect(verifySignature(runtime, signed)).toBe(true);
  });
});

interface Captured {
  readonly kind: string;
  readonly term?: number;
  readonly leader?: string;
  readonly candidate?: string;
  readonly prev?: readonly number[];
  readonly log?: readonly number[];
  readonly entries?: readonly { term: number; command: string }[];
  readonly commit?: number;
  readonly entry?: { readonly id: string };
}

/** The fields of a message that the captures name. */
function summary(message: BondMessage<Uint8Array>): Record<string, unknown> {
  if (message.kind !== "group") return "entry" in message ? { id: message.entry.entry.id.hex } : { kind: message.kind };
  const { message: inner } = message;
  switch (inner.kind) {
    case "appendEntries": {
      const entries = inner.entries.map(({ term, command }) => ({ term, command: toHex(command) }));
      const { term, leader, prev, leaderCommit: commit } = inner;
      return { term, leader: leader.hex, prev: [prev.term, prev.index], entries, commit };
    }
    case "requestVote":
      return { term: inner.term, candidate: inner.candidate.hex, log: [inner.position.term, inner.position.index] };
    default:
      return {};
  }
}

function expected({ kind, entry, ...rest }: Captured): Record<string, unknown> {
  if (entry !== undefined) return { id: entry.id };
  if (kind === "AppendEntries" || kind === "RequestVote") return rest;
  return kind === "Ping" || kind === "Pong" || kind === "Departure" ? { kind: kind.toLowerCase() } : {};
}

const a = PeerId.fromBytes(new Uint8Array(32).fill(0xaa));
const b = PeerId.fromBytes(new Uint8Array(32).fill(0xbb));
const bytes = (hex: string): Uint8Array => fromHex(hex)!;
const id300 = { low: 300, high: 0 };

/** The examples of spec 05 §5, behind the byte of the bond's variant. */
const examples: [GroupMessage<Uint8Array>, string][] = [
  [
    { kind: "appendEntries", term: 1, leader: a, prev: { term: 1, index: 4 }, entries: [], leaderCommit: 4 },
    `0001${a.hex}01040004`,
  ],
  [
    {
      kind: "appendEntries",
      term: 1,
      leader: a,
      prev: { term: 1, index: 4 },
      entries: [{ term: 1, command: bytes("0005") }],
      leaderCommit: 4,
    },
    `0001${a.hex}0104010102000504`,
  ],
  [{ kind: "appendEntriesResponse", term: 1, lastIndex: 5, vote: "granted" }, "01010500"],
  [{ kind: "requestVote", term: 2, candidate: b, position: { term: 1, index: 5 } }, `0202${b.hex}0105`],
  [{ kind: "requestVoteResponse", term: 2, vote: "abstained" }, "030202"],
  [{ kind: "command", commands: [bytes("0003")], requestId: id300 }, "04000102000301ac02"],
  [{ kind: "command", commands: [bytes("0003")], requestId: undefined }, "04000102000300"],
  [{ kind: "commandAck", requestId: id300, assigned: { start: 1, end: 3 } }, "0401ac020103"],
  [{ kind: "query", query: new Uint8Array(0), requestId: id300 }, "040200ac02"],
  [{ kind: "queryResponse", requestId: id300, result: bytes("0e"), position: 2 }, "0403ac02010e02"],
  [{ kind: "stateSync", message: bytes("0100") }, "050100"],
];

describe("messages of a group", () => {
  it.each(examples)("$kind", (message, hex) => {
    expect(toHex(groupCodec.encode(message))).toBe(hex);
    expect(groupCodec.decode(bytes(hex))).toEqual(message);
    expect(toHex(bondCodec.encode({ kind: "group", message }))).toBe(`05${hex}`);
  });

  it.each(["06", "0404", "01010503", `0001${a.hex}0104`, ""])("refuses %j", (hex) => {
    expect(() => groupCodec.decode(bytes(hex))).toThrow(DecodeError);
  });

  it("refuses a term that nobody could have counted up to", () => {
    const withTerm = (term: number): Uint8Array =>
      groupCodec.encode({ kind: "requestVote", term, candidate: b, position: ORIGIN });
    expect(groupCodec.decode(withTerm(TERM_MAX))).toMatchObject({ term: TERM_MAX });
    expect(() => groupCodec.decode(withTerm(TERM_MAX + 1))).toThrow(/no term is beyond/);
  });

  it("carry a fingerprint behind what Rust reads", () => {
    const plain = examples[1]![0];
    const fingerprint = { low: 0x89ab_cdef, high: 0x0123_4567 };
    const message = { ...plain, fingerprint } as GroupMessage<Uint8Array>;
    const encoded = groupCodec.encode(message);
    expect(toHex(encoded)).toBe(`${examples[1]![1]}6d7473310a0108efcdab8967452301`);
    expect(groupCodec.decode(encoded)).toEqual(message);
  });

  it.each(["00", "6d747331", "6d747331020100", "6d74733103010100", "ffffffffffff"])(
    "are the same with %j behind them",
    (trailing) => {
      const [message, hex] = examples[1]!;
      expect(groupCodec.decode(bytes(hex + trailing))).toEqual(message);
    },
  );

  it("have no more entries than the heap can take", () => {
    const head = bytes(`0001${a.hex}0104`);
    const frame = new Uint8Array(head.length + 4 + 2 * (ENTRIES_MAX + 1) + 1);
    frame.set(head);
    frame.set(t.u32.encode(ENTRIES_MAX + 1), head.length);
    expect(() => groupCodec.decode(frame)).toThrow(/more than 1048576 items/);
  });

  it("of thousands of entries: short commands are copies, long ones are not", () => {
    const entries = Array.from({ length: 5000 }, (_, i) => ({
      term: 3,
      command: new Uint8Array(i === 17 ? 20_000 : 8).fill(i),
    }));
    const message = {
      kind: "appendEntries" as const,
      term: 3,
      leader: a,
      prev: { term: 3, index: 9 },
      entries,
      leaderCommit: 9,
    };
    const encoded = groupCodec.encode(message);
    const decoded = groupCodec.decode(encoded);
    expect(decoded).toEqual(message);
    if (decoded.kind !== "appendEntries") throw new Error("another message");
    for (const [i, { command }] of decoded.entries.entries()) {
      expect(command.buffer === encoded.buffer, `entry ${i}`).toBe(i === 17);
    }
  });
});

describe("a u64 as two u32", () => {
  it("is Rust's varint", () => {
    const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    const edges = [
      0n,
      127n,
      128n,
      (1n << 32n) - 1n,
      1n << 32n,
      (1n << 35n) - 1n,
      1n << 35n,
      1n << 63n,
      (1n << 64n) - 1n,
    ];
    const check = (value: bigint): void => {
      const encoded = t.u64.encode(value);
      const pair = { low: Number(value & 0xffff_ffffn), high: Number(value >> 32n) };
      expect(u64PairCodec.decode(encoded)).toEqual(pair);
      expect(u64PairCodec.encode(pair)).toEqual(encoded);
    };
    edges.forEach(check);
    fc.assert(fc.property(u64, check));
  });

  it.each(["ffffffffffffffffff02", "ffffffffffffffffffff01", "80"])("refuses %s", (hex) => {
    expect(() => u64PairCodec.decode(bytes(hex))).toThrow(DecodeError);
    expect(() => t.u64.decode(bytes(hex))).toThrow(DecodeError);
  });
});
