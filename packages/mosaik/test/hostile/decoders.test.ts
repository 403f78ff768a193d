import { readdirSync } from "node:fs";
import { Codec, DateTime, DecodeError, Reader, t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { HeapWatch } from "../../../postcard/test/support/heap-watch.js";
import { mutate, seededRandom } from "../../../postcard/test/support/mutations.js";
import { announcementCodec } from "../../src/discovery/announcement.js";
import { mapCommandCodec } from "../../src/collections/machines/map.js";
import { priorityQueueCommandCodec } from "../../src/collections/machines/priority-queue.js";
import { snapshotRequestCodec } from "../../src/collections/machines/take-snapshot.js";
import { vecCommandCodec } from "../../src/collections/machines/vec.js";
import { EncodedItems, snapshotMessageCodec, type SnapshotMessage } from "../../src/collections/sync/protocol.js";
import { catalogSnapshotCodec, pingRequestCodec, rawSnapshotCodec } from "../../src/discovery/protocol.js";
import { skimEntry } from "../../src/discovery/snapshot.js";
import { callReplyCodec, callRequestCodec, callsBodyCodec } from "../../src/functions/protocol.js";
import { logReplayMessageCodec, type LogReplayMessage } from "../../src/groups/sync/log-replay/protocol.js";
import { cursorCodec, indexCodec, indexRangeCodec, TERM_MAX, termCodec } from "../../src/groups/positions.js";
import { bondMessageCodec, entryCodec, handshakeEndCodec, handshakeStartCodec } from "../../src/groups/protocol.js";
import { u64PairCodec } from "../../src/groups/u64-pair.js";
import { decodePeerData, decodeTopicMessage, topicMessageCodec } from "../../src/gossip/protocol.js";
import { endpointAddressCodec } from "../../src/network/address.js";
import { FrameDecoder, FrameTooLarge, writeFrameHeader } from "../../src/network/framing.js";
import { digestCodec, peerIdCodec } from "../../src/network/id-codecs.js";
import { purposeReplyCodec, purposeRequestCodec } from "../../src/network/purpose.js";
import { peerEntryCodec, signedPeerEntryCodec, versionCodec } from "../../src/network/signed-entry.js";
import { Digest, fromHex, PeerId, toHex } from "../../src/primitives/index.js";
import { observeRequestCodec, statusRowCodec, updateFrameCodec, type StatusRow } from "../../src/status/protocol.js";
import { streamHandshakeCodec } from "../../src/streams/protocol.js";
import { Expiration, expirationCodec } from "../../src/tickets/expiration.js";
import { callerOf, producerOf } from "../status/statuses.js";
import { loadCases } from "../vectors/load.js";

/** Mutations per decoder; 10^6 in the full run, `npm run test:hostile`. */
const mutations = Number(process.env["MOSAIK_HOSTILE"] ?? 1e4);
const seed = Number(process.env["MOSAIK_SEED"] ?? 1);
const timeoutMs = 30_000 + mutations / 5;
/** What tables that are swept now and then, code and caches may make of a difference. */
const GROWN_MAX_BYTES = 5e6;

const entries = loadCases<{ kind: string; signed: string }>("peer-entry.json")
  .filter(({ kind }) => kind === "entry")
  .map(({ signed }) => signedPeerEntryCodec.decode(fromHex(signed)!));

const gossip = loadCases<{ kind: "peer-data" | "stream-header" | "message"; hex: string; ok?: boolean }>("gossip.json");
const topicMessages = gossip
  .filter(({ kind, ok }) => kind === "message" && ok === true)
  .map(({ hex }) => topicMessageCodec.decode(fromHex(hex)!));
const peerData = gossip.filter(({ kind }) => kind === "peer-data").map(({ hex }) => fromHex(hex)!);

/** A decoder, and the bytes that mutations begin with. */
interface Decoder {
  readonly codec: Codec<unknown>;
  readonly inputs: readonly Uint8Array[];
}

function decoder<T>(codec: Codec<T>, values: readonly T[]): Decoder {
  return { codec, inputs: values.map((value) => codec.encode(value)) };
}

const moment = DateTime.parse("2026-01-02T03:04:05.678Z");
const departure = {
  peer: PeerId.fromBytes(new Uint8Array(32).fill(3)),
  lastVersion: { started: 1_767_323_045_000n, updated: 1_767_323_045_678n },
  timestamp: moment,
  signature: new Uint8Array(64).fill(5),
};

const anchor = { term: 3, index: 300 };
const snapshotMessages: readonly SnapshotMessage<string>[] = [
  { kind: "requestSnapshot" },
  { kind: "requestSnapshot", isPull: true },
  { kind: "snapshotOffer", value: { anchor, itemsCount: 2500 } },
  { kind: "snapshotOffer", value: { anchor, itemsCount: 2 }, tail: [{ term: 3, command: new Uint8Array([1, 2]) }] },
  { kind: "fetchDataRequest", value: { anchor, range: { start: 2000n, end: 2500n } } },
  { kind: "fetchDataResponse", value: { anchor, offset: 2000, items: EncodedItems.fit(t.string, ["a", "bc"], 100) } },
];

const rawCodec = t.custom<Uint8Array>({ encode: (bytes) => bytes, decode: (bytes) => bytes });
const logReplayMessages: readonly LogReplayMessage[] = [
  { kind: "availabilityRequest" },
  { kind: "availabilityResponse", value: { start: 0, end: 70_000 } },
  { kind: "fetchEntriesRequest", value: { start: 1, end: 2000 } },
  {
    kind: "fetchEntriesResponse",
    value: {
      range: { start: 1, end: 2 },
      entries: [
        { term: 1, command: new Uint8Array([1, 2, 3]) },
        { term: 300, command: new Uint8Array(100) },
      ],
    },
  },
];
/** What nodes of Rust sent, and a message with a fingerprint. */
const bondMessages = [
  ...["bond", "raft", "three"].flatMap((name) =>
    loadCases<{ hex: string; meaning: string }>(`captures-${name}.json`)
      .filter(({ hex, meaning }) => hex !== "" && !meaning.includes("Handshake"))
      .map(({ hex }) => fromHex(hex)!),
  ),
  bondMessageCodec(rawCodec).encode({
    kind: "group",
    message: {
      kind: "appendEntries",
      term: 3,
      leader: departure.peer,
      prev: { term: 2, index: 300 },
      entries: [{ term: 3, command: new Uint8Array([0, 5]) }],
      leaderCommit: 300,
      fingerprint: { low: 0x89ab_cdef, high: 1 },
    },
  }),
];

const id = Digest.from("i");
const channel = {
  peer: departure.peer,
  state: "connected" as const,
  rttMs: 1.5,
  datums: 300,
  bytes: 5,
  dropped: 0,
  queued: 2,
};
/** One of each kind. */
const statusRows: readonly StatusRow[] = [
  { kind: "Neighbor", value: { peer: departure.peer, rttMs: undefined } },
  { kind: "Producer", value: { ...producerOf("a stream", 300), consumersCount: 1, consumers: [channel] } },
  {
    kind: "Consumer",
    value: { streamId: id, isOnline: true, datums: 1, bytes: 2, waiting: 3, producersCount: 1, producers: [channel] },
  },
  { kind: "Handler", value: { functionId: id, served: 2 ** 40, failed: 0, inflight: 1 } },
  { kind: "Caller", value: callerOf("a function", 70_000) },
  {
    kind: "Group",
    value: {
      groupId: id,
      role: "leader",
      term: 3,
      leader: departure.peer,
      isOnline: true,
      isWaitingForQuorum: false,
      committed: 300,
      logEnd: 301,
      bondsCount: 1,
      bonds: [{ peer: departure.peer, rttMs: 0.25, bytesSent: 1, bytesReceived: 2 }],
    },
  },
  { kind: "Collection", value: { groupId: id, kind: "priorityQueue", version: 300, size: 2 } },
];

/** Every codec of a message or of a part of one. */
const decoders: Record<string, Decoder> = {
  digest: decoder(digestCodec, [Digest.from("a digest")]),
  "peer id": decoder(peerIdCodec, [departure.peer]),
  "endpoint address": decoder(
    endpointAddressCodec,
    entries.map(({ entry }) => entry.address),
  ),
  version: decoder(versionCodec, [departure.lastVersion, { started: -(1n << 63n), updated: (1n << 63n) - 1n }]),
  entry: decoder(
    peerEntryCodec,
    entries.map(({ entry }) => entry),
  ),
  "signed entry": decoder(signedPeerEntryCodec, entries),
  "catalog snapshot": decoder(catalogSnapshotCodec, [[], entries.slice(0, 1), entries]),
  "catalog snapshot, undivided": decoder(rawSnapshotCodec, [catalogSnapshotCodec.encode(entries)]),
  "ping request": decoder(pingRequestCodec, [undefined]),
  announcement: decoder(announcementCodec, [
    ...entries.map((value) => ({ kind: "entry" as const, value })),
    { kind: "departure" as const, value: departure },
  ]),
  "gossip message": decoder(topicMessageCodec, topicMessages),
  "stream handshake": decoder(streamHandshakeCodec, [
    { network: Digest.from("n"), stream: Digest.from("s") },
    { network: Digest.from("n"), stream: Digest.from("s"), resume: { after: undefined } },
    { network: Digest.from("n"), stream: Digest.from("s"), resume: { after: { epoch: 1n << 63n, sequence: 70_000 } } },
  ]),
  "call request": decoder(callRequestCodec, [
    { network: Digest.from("n"), function: Digest.from("f"), payload: new Uint8Array(300).fill(7) },
  ]),
  "call reply": decoder(callReplyCodec, [
    { kind: "Ok", value: new Uint8Array([1, 2, 3]) },
    { kind: "Err", value: new Uint8Array(0) },
  ]),
  "first frame of a stream": decoder(purposeRequestCodec, [
    { network: Digest.from("n"), purpose: 1, version: 300, body: new Uint8Array([0, 1]) },
  ]),
  "answer to a first frame": decoder(purposeReplyCodec, [
    { code: 0, version: 1 },
    { code: 11_404, version: 70_000 },
  ]),
  "streams of calls": decoder(callsBodyCodec, [
    { kind: "Session", value: { session: 0xffff_ffff } },
    { kind: "Parcel", value: { session: 1, isRequest: true, low: 70_000, high: 3 } },
  ]),
  "request to observe": decoder(observeRequestCodec, [
    { proof: undefined, intervalMs: 1000 },
    { proof: Digest.from("p"), intervalMs: 0xffff_ffff },
  ]),
  "row of a status": decoder(statusRowCodec, statusRows),
  "frame of a status": decoder(updateFrameCodec, [
    { rows: [], removed: [], head: undefined },
    {
      rows: statusRows.map((row, i) => ({ place: 100 * i, row: statusRowCodec.encode(row) })),
      removed: [1, 70_000],
      head: { version: "1.2.3", uptimeMs: 2 ** 40, loopDelayMs: 20, intervalMs: 1000, peersCount: 3, omitted: 0 },
    },
  ]),
  "log replay": decoder(logReplayMessageCodec(2000), logReplayMessages),
  term: decoder(termCodec, [0, TERM_MAX]),
  index: decoder(indexCodec, [0, 2 ** 53 - 1]),
  cursor: decoder(cursorCodec, [{ term: 3, index: 70_000 }]),
  "range of indices": decoder(indexRangeCodec, [{ start: 1, end: 2 ** 53 - 1 }]),
  "request id": decoder(u64PairCodec, [
    { low: 300, high: 0 },
    { low: 0xffff_ffff, high: 0xffff_ffff },
  ]),
  "entry of a log": decoder(entryCodec, [
    { term: 0, command: new Uint8Array(0) },
    { term: TERM_MAX, command: new Uint8Array(300).fill(7) },
  ]),
  "start of a bond's handshake": decoder(handshakeStartCodec, [
    { network: Digest.from("n"), group: Digest.from("g"), proof: Digest.from("p"), bonds: entries.slice(0, 2) },
  ]),
  "end of a bond's handshake": decoder(handshakeEndCodec, [{ proof: Digest.from("p"), bonds: entries.slice(0, 2) }]),
  "message of a bond": {
    codec: bondMessageCodec(rawCodec),
    inputs: bondMessages,
  },
  "message of a bond with log replay": {
    codec: bondMessageCodec(logReplayMessageCodec(2000)),
    inputs: [
      ...bondMessages,
      ...logReplayMessages.map((message) =>
        bondMessageCodec(logReplayMessageCodec(2000)).encode({
          kind: "group",
          message: { kind: "stateSync", message },
        }),
      ),
    ],
  },
  "request for a snapshot": decoder(snapshotRequestCodec, [{ requestedBy: departure.peer, requestedAt: moment }]),
  "command of a map": decoder(mapCommandCodec(t.string, t.u64), [
    { kind: "Clear" },
    { kind: "Insert", value: { key: "alice", value: 42n } },
    { kind: "CompareExchange", value: { key: "k", expected: { some: 1n }, new: undefined } },
    {
      kind: "Extend",
      value: [
        ["a", 1n],
        ["b", 300n],
      ],
    },
    { kind: "TakeSnapshot", value: { requestedBy: departure.peer, requestedAt: moment } },
  ]),
  "command of a vec": decoder(vecCommandCodec(t.string), [
    { kind: "Swap", value: { i: 1n, j: 300n } },
    { kind: "Insert", value: { index: 2n, value: "x" } },
    { kind: "Extend", value: ["a", "bc"] },
  ]),
  "command of a priority queue": decoder(priorityQueueCommandCodec(t.u64, t.string, t.u64), [
    { kind: "Insert", value: { priority: 10n, key: "k", value: 7n } },
    { kind: "RemoveRange", value: { start: { kind: "Included", value: 20n }, end: { kind: "Unbounded" } } },
  ]),
  "messages of snapshots": decoder(snapshotMessageCodec(t.string), snapshotMessages),
  expiration: decoder(expirationCodec, [Expiration.never, Expiration.at(moment)]),
};

/** The codecs that the rooms export, by the names of their files and their own. */
async function exportedCodecs(): Promise<Map<string, Codec<unknown>>> {
  const root = new URL("../../src/", import.meta.url);
  const codecs = new Map<string, Codec<unknown>>();
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  for (const file of files.sort()) {
    const module = (await import(new URL(file, root).pathname)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module))
      if (value instanceof Codec) codecs.set(`${file} ${name}`, value);
  }
  return codecs;
}

/** As many messages as one turn of the event loop may bring. Interned ids live at least until the end of the turn. */
const TURN = 256;

/**
 * Runs the mutations and watches the memory in use.
 *
 * @param receive whether the input was accepted: some must be, and most must not
 */
async function bombard(inputs: readonly Uint8Array[], receive: (input: Uint8Array) => boolean): Promise<void> {
  const random = seededRandom(seed);
  const heap = new HeapWatch(mutations);
  let accepted = 0;
  for (let i = 0; i < mutations; i++) {
    const input = mutate(inputs[i % inputs.length]!, random);
    try {
      if (receive(input)) accepted++;
    } catch (cause) {
      throw new Error(`seed ${seed}: ${toHex(input)}`, { cause });
    }
    if (i % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    heap.after(i + 1);
  }
  expect(accepted).toBeGreaterThan(0);
  expect(heap.grownBytes, heap.course).toBeLessThanOrEqual(GROWN_MAX_BYTES);
}

/** Whether bytes are accepted; anything but a `DecodeError` is thrown on. */
function accepts(decode: () => void): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

describe(`${mutations} mutated messages, seed ${seed}`, () => {
  it("every codec that a room exports is among them", async () => {
    const listed = new Set(Object.values(decoders).map(({ codec }) => codec));
    const exported = await exportedCodecs();
    expect(exported.size).toBeGreaterThanOrEqual(listed.size);
    expect([...exported].filter(([, codec]) => !listed.has(codec)).map(([name]) => name)).toEqual([]);
  });

  it.each(Object.entries(decoders))(
    "%s: typed errors only",
    async (_name, { codec, inputs }) => {
      await bombard(inputs, (input) =>
        accepts(() => {
          const value = codec.decode(input);
          // What is accepted has a canonical form that means itself.
          const canonical = codec.encode(value);
          if (toHex(codec.encode(codec.decode(canonical))) !== toHex(canonical)) throw new Error("not canonical");
        }),
      );
    },
    timeoutMs,
  );

  it(
    "entries of a snapshot: passed over without being read, they end where the codec says",
    async () => {
      await bombard(decoders["signed entry"]!.inputs, (input) => {
        const skimmer = new Reader(input);
        const isSkimmed = accepts(() => skimEntry(skimmer));
        return accepts(() => {
          const reader = new Reader(input);
          const { entry } = signedPeerEntryCodec.read(reader);
          if (!isSkimmed || skimmer.offset !== reader.offset) throw new Error("passed over differently");
          if (skimEntry(new Reader(input)).id !== entry.id) throw new Error("passed over as another's");
        });
      });
    },
    timeoutMs,
  );

  it(
    "gossip messages whose ids are checked: typed errors only",
    async () => {
      const isPeerId = (id: PeerId): boolean => id.bytes[0]! % 2 === 0;
      await bombard(decoders["gossip message"]!.inputs, (input) => accepts(() => decodeTopicMessage(input, isPeerId)));
    },
    timeoutMs,
  );

  it(
    "data of a gossip peer: typed errors only, and no more addresses than are taken",
    async () => {
      await bombard(peerData, (input) => accepts(() => expect(decodePeerData(input).length).toBeLessThanOrEqual(33)));
    },
    timeoutMs,
  );

  it(
    "frames: typed errors only, and nothing beyond the input is held",
    async () => {
      const payload = new Uint8Array(100);
      const frame = new Uint8Array(104);
      writeFrameHeader(frame, 0, payload.length);
      await bombard([frame, Buffer.concat([frame, frame.subarray(0, 50)])], (input) => {
        const decoder = new FrameDecoder(1024);
        try {
          for (let at = 0; at < input.length; at += 33) {
            decoder.push(input.subarray(at, at + 33), (bytes, start, end) => {
              if (end - start > 1024 || end > bytes.length) throw new Error(`a frame from ${start} to ${end}`);
            });
          }
          return true;
        } catch (error) {
          if (error instanceof FrameTooLarge) return false;
          throw error;
        }
      });
    },
    timeoutMs,
  );
});
