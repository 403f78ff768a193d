import { DecodeError, Reader } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { mutate, seededRandom } from "../../../postcard/test/support/mutations.js";
import { CatalogCore, catalogSnapshotCodec } from "../../src/discovery/index.js";
import { snapshotHead, skimEntry } from "../../src/discovery/snapshot.js";
import { BadSignature } from "../../src/discovery/signature-checks.js";
import { readSnapshot } from "../../src/discovery/verification.js";
import { FRAME_HEADER_BYTES, PeerEntry, signedPeerEntryCodec, SignedPeerEntry } from "../../src/network/index.js";
import { concatBytes, Digest, fromHex, PeerId } from "../../src/primitives/index.js";
import { loadCases } from "../vectors/load.js";
import { entryOf, testNetwork, unchecked } from "./entries.js";
import { PacedRuntime } from "../runtime/paced-runtime.js";

const NOW = 1_700_000_000_000;
const runtime = new PacedRuntime();

/** The entry of a made-up peer, signed. */
function signedOf(number: number, change: (entry: PeerEntry) => PeerEntry = (entry) => entry): SignedPeerEntry {
  const secretKey = new Uint8Array(32);
  new DataView(secretKey.buffer).setUint32(0, number);
  const id = PeerId.fromBytes(runtime.publicKey(secretKey));
  const entry = change(PeerEntry.create("0.4.2", testNetwork, { id, addrs: [] }, NOW));
  return new SignedPeerEntry(entry, runtime.sign(secretKey, unchecked(entry).digest().bytes));
}

function createCatalog(): CatalogCore {
  const local = signedOf(0);
  const config = {
    networkId: testNetwork,
    localId: local.entry.id,
    purgeAfterMs: 300_000,
    maxRttMs: undefined,
    entriesMax: 100_000,
  };
  return new CatalogCore(config, local, () => undefined);
}

function read(message: Uint8Array, catalog = createCatalog(), world = new PacedRuntime()) {
  return world.run(readSnapshot(world, catalog, message));
}

const fromRust = loadCases<{ kind: string; signed: string }>("peer-entry.json")
  .filter(({ kind }) => kind === "entry")
  .map(({ signed }) => fromHex(signed)!);

describe("skimEntry", () => {
  it("finds the end and the author of what Rust wrote", () => {
    for (const bytes of fromRust) {
      const padded = concatBytes(new Uint8Array(3), bytes, new Uint8Array(5));
      const { start, end, id } = skimEntry(new Reader(padded, 3));
      expect([start, end]).toEqual([3, 3 + bytes.length]);
      expect(id).toBe(signedPeerEntryCodec.decode(bytes).entry.id);
    }
  });

  it("ends where the codec ends, in whatever the codec takes", () => {
    const random = seededRandom(1);
    let taken = 0;
    for (let i = 0; i < 20_000; i++) {
      const input = mutate(fromRust[i % fromRust.length]!, random);
      const reader = new Reader(input);
      try {
        signedPeerEntryCodec.read(reader);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
        continue;
      }
      taken++;
      expect(skimEntry(new Reader(input)).end).toBe(reader.offset);
    }
    expect(taken).toBeGreaterThan(1000);
  });

  it("throws nothing but DecodeError", () => {
    const random = seededRandom(2);
    for (let i = 0; i < 20_000; i++) {
      try {
        skimEntry(new Reader(mutate(fromRust[i % fromRust.length]!, random)));
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }
  });
});

describe("readSnapshot", () => {
  const entries = Array.from({ length: 200 }, (_, i) => signedOf(1 + i));

  it("gives what is new in the order of the message, and ignores bytes behind it", async () => {
    const message = concatBytes(catalogSnapshotCodec.encode([...entries].reverse()), new Uint8Array(9));
    const news = await read(message);
    expect(news.entries.map(({ encoded }) => encoded)).toEqual([...entries].reverse().map(({ encoded }) => encoded));
    expect(news.isOfOurNetwork).toBe(true);
    expect((await read(catalogSnapshotCodec.encode([]))).isOfOurNetwork).toBe(false);
  });

  it("condemns the whole message for one bad signature, and for one entry that does not decode", async () => {
    const forged = new SignedPeerEntry(entries[7]!.entry, entries[8]!.signature);
    const withForged = catalogSnapshotCodec.encode([...entries.slice(0, 7), forged, ...entries.slice(8)]);
    await expect(read(withForged)).rejects.toBeInstanceOf(BadSignature);
    const whole = catalogSnapshotCodec.encode(entries);
    await expect(read(whole.subarray(0, whole.length - 1))).rejects.toBeInstanceOf(DecodeError);
    await expect(read(new Uint8Array([0xff, 0xff, 0x7f]))).rejects.toBeInstanceOf(DecodeError);
    await expect(read(new Uint8Array())).rejects.toBeInstanceOf(DecodeError);
  });

  it("verifies each entry once per version", async () => {
    const catalog = createCatalog();
    for (const signed of entries) catalog.upsert(signed, NOW);
    const renewed = signedOf(3, (entry) => entry.incremented(NOW + 1));
    const message = catalogSnapshotCodec.encode([catalog.local, ...entries.slice(0, 2), renewed, ...entries.slice(3)]);
    const world = new PacedRuntime();
    const news = await read(message, catalog, world);
    expect(news.entries.map(({ encoded }) => encoded)).toEqual([renewed.encoded]);
    expect(news.isOfOurNetwork).toBe(true);
    expect(world.verifications).toBe(1);
  });

  it("passes over an entry of excessive size, and takes the others", async () => {
    const tags = Array.from({ length: 9000 }, (_, i) => Digest.fromInteger(i, 4));
    const large = signedOf(300, (entry) => entry.withAdded("tags", tags, NOW));
    const news = await read(catalogSnapshotCodec.encode([entries[0]!, large, entries[1]!]));
    expect(news.entries).toHaveLength(2);
    expect(news.tooLargeCount).toBe(1);
  });

  it("keeps nothing of the message alive", async () => {
    const ticket = { class: Digest.from("class"), data: new Uint8Array(20_000).fill(1) };
    const message = concatBytes(
      catalogSnapshotCodec.encode([signedOf(301, (entry) => entry.withTicket(ticket, NOW))]),
      new Uint8Array(1_000_000),
    );
    const [signed] = (await read(message)).entries;
    const [kept] = signed!.entry.tickets.values();
    expect(kept!.data).toEqual(ticket.data);
    expect(kept!.data.buffer.byteLength).toBeLessThan(30_000);
  });

  it("takes 10 000 entries in slices of less than 10 ms, eight such messages at once too", async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => signedOf(1000 + i));
    const message = catalogSnapshotCodec.encode(many);
    const world = new PacedRuntime();
    const reading = Array.from({ length: 8 }, () => readSnapshot(world, createCatalog(), message));
    const news = await world.run(Promise.all(reading));
    expect(news.map(({ entries }) => entries.length)).toEqual(new Array(8).fill(10_000));
    expect(world.verifications).toBe(80_000);
    expect(world.longestTurnMs).toBeLessThan(10);
  });
});

describe("CatalogCore.encodedSnapshot", () => {
  const encode = (catalog: CatalogCore, nowMs = NOW): Uint8Array => {
    const parts = [...catalog.encodedSnapshot(nowMs)];
    return concatBytes(snapshotHead(parts), ...parts.map(({ bytes }) => bytes)).subarray(FRAME_HEADER_BYTES);
  };

  it("is the encoding of the snapshot, whatever happened", () => {
    const catalog = createCatalog();
    const check = (nowMs = NOW): void => {
      expect(encode(catalog, nowMs)).toEqual(catalogSnapshotCodec.encode(catalog.snapshot(nowMs)));
    };
    check();
    const entries = Array.from({ length: 2000 }, (_, i) => signedOf(1 + i, (entry) => entry.incremented(NOW + i)));
    for (const signed of entries) catalog.upsert(signed, NOW);
    check();
    catalog.insertUnsigned(entryOf(77));
    catalog.depart(entries[5]!.entry.id, NOW);
    catalog.upsert(
      signedOf(3, (entry) => entry.incremented(NOW + 9000)),
      NOW,
    );
    catalog.setLocal(unchecked(catalog.local.entry.incremented(NOW)));
    check();
    check(NOW + 300_000 + 1000);
    expect(catalog.snapshot(NOW + 300_000 + 1000)).toHaveLength(1001 + 2);
    check(NOW);
    catalog.purge(NOW + 300_000 + 1000);
    check(NOW);
  });

  it("encodes nothing twice, and after a change only the run where it was", () => {
    const catalog = createCatalog();
    for (let i = 0; i < 5000; i++) catalog.upsert(signedOf(1 + i), NOW);
    const before = [...catalog.encodedSnapshot(NOW)];
    expect([...catalog.encodedSnapshot(NOW + 1000)].every((part, i) => part === before[i])).toBe(true);
    catalog.upsert(
      signedOf(3, (entry) => entry.incremented(NOW)),
      NOW,
    );
    const after = [...catalog.encodedSnapshot(NOW)];
    expect(after.filter((part, i) => part !== before[i])).toHaveLength(1);
  });
});
