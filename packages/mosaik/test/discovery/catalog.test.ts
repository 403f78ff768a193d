import { beforeEach, describe, expect, it } from "vitest";
import { CatalogCore } from "../../src/discovery/index.js";
import { Digest } from "../../src/primitives/index.js";
import { entryOf, peerIdOf, testNetwork, unchecked } from "./entries.js";

const NOW = 1_700_000_000_000;
const PURGE_MS = 300_000;

describe("CatalogCore", () => {
  let rtts: Map<unknown, number>;
  let catalog: CatalogCore;

  function create(maxRttMs?: number, entriesMax = 100_000): CatalogCore {
    const config = { networkId: testNetwork, localId: peerIdOf(9), purgeAfterMs: PURGE_MS, maxRttMs, entriesMax };
    return new CatalogCore(config, unchecked(entryOf(9, NOW)), (peer) => rtts.get(peer));
  }

  beforeEach(() => {
    rtts = new Map();
    catalog = create();
  });

  it("takes a newer version only, and tells new content from a renewal", () => {
    const first = entryOf(1, NOW);
    const renewed = first.incremented(NOW + 1);
    const tagged = renewed.withAdded("tags", ["a"], NOW + 2);
    expect(catalog.upsert(unchecked(first), NOW)).toBe("new");
    expect(catalog.upsert(unchecked(first), NOW)).toBe("rejected");
    expect(catalog.upsert(unchecked(renewed), NOW)).toBe("renewed");
    expect(catalog.upsert(unchecked(tagged), NOW)).toBe("updated");
    expect(catalog.upsert(unchecked(renewed), NOW)).toBe("rejected");
    expect(catalog.get(peerIdOf(1), NOW)?.entry).toBe(tagged);
  });

  it("prefers a process that started later, whatever its updates", () => {
    const before = entryOf(1, NOW).incremented(NOW + 50_000);
    const restarted = entryOf(1, NOW + 1000);
    catalog.upsert(unchecked(before), NOW);
    expect(catalog.upsert(unchecked(restarted), NOW)).toBe("renewed");
  });

  it("refuses other networks, old entries, entries of the far future, and itself", () => {
    expect(catalog.upsert(unchecked(entryOf(1, NOW, Digest.from("other"))), NOW)).toBe("differentNetwork");
    expect(catalog.upsert(unchecked(entryOf(1, NOW - PURGE_MS - 1)), NOW)).toBe("outdated");
    expect(catalog.upsert(unchecked(entryOf(1, NOW - PURGE_MS)), NOW)).toBe("new");
    expect(catalog.upsert(unchecked(entryOf(2, NOW + 48 * 3_600_000)), NOW)).toBe("future");
    expect(catalog.upsert(unchecked(entryOf(9, NOW + 5)), NOW)).toBe("self");
  });

  it("does not take back the version that departed, nor an older one, but a newer one", () => {
    const entry = entryOf(1, NOW).incremented(NOW + 10);
    catalog.upsert(unchecked(entry), NOW);
    expect(catalog.depart(peerIdOf(1), NOW + 20)?.entry).toBe(entry);
    expect(catalog.upsert(unchecked(entry), NOW + 30)).toBe("rejected");
    expect(catalog.upsert(unchecked(entryOf(1, NOW)), NOW + 30)).toBe("rejected");
    expect(catalog.upsert(unchecked(entry.incremented(NOW + 30)), NOW + 30)).toBe("new");
    expect(catalog.depart(peerIdOf(2), NOW)).toBeUndefined();
  });

  it("hides stale entries at once and purges them when told to", () => {
    catalog.upsert(unchecked(entryOf(1, NOW)), NOW);
    catalog.upsert(unchecked(entryOf(2, NOW + 1000)), NOW);
    const laterMs = NOW + PURGE_MS + 1;
    expect(catalog.peers(laterMs).map(({ id }) => id)).toEqual([peerIdOf(2)]);
    expect(catalog.get(peerIdOf(1), laterMs)).toBeUndefined();
    expect(catalog.purge(laterMs).map(({ id }) => id)).toEqual([peerIdOf(1)]);
    expect(catalog.purge(laterMs)).toEqual([]);
  });

  it("never hides itself, however old its entry", () => {
    expect(catalog.get(peerIdOf(9), NOW + 10 * PURGE_MS)?.id).toBe(peerIdOf(9));
    expect(catalog.snapshot(NOW + 10 * PURGE_MS)).toHaveLength(1);
  });

  it("replaces an unsigned entry by a signed one, and not the other way round", () => {
    expect(catalog.insertUnsigned(entryOf(1, NOW))).toBe(true);
    expect(catalog.unsignedPeers()).toHaveLength(1);
    expect(catalog.signedPeers(NOW)).toHaveLength(0);
    catalog.upsert(unchecked(entryOf(1, NOW)), NOW);
    expect(catalog.unsignedPeers()).toHaveLength(0);
    expect(catalog.insertUnsigned(entryOf(1, NOW + 1))).toBe(false);
    expect(catalog.insertUnsigned(entryOf(9, NOW))).toBe(false);
  });

  it("leaves out peers beyond the limit of round-trip time, those without a sample not", () => {
    catalog = create(100);
    for (const number of [1, 2, 3]) catalog.upsert(unchecked(entryOf(number, NOW)), NOW);
    rtts.set(peerIdOf(1), 100).set(peerIdOf(2), 100.1);
    expect(catalog.peers(NOW).map(({ id }) => id)).toEqual([peerIdOf(1), peerIdOf(3)]);
    expect(catalog.signedPeers(NOW)).toHaveLength(3);
  });

  it("lists peers and snapshots in ascending order of their ids, itself among them in the snapshot", () => {
    for (const number of [12, 3, 7]) catalog.upsert(unchecked(entryOf(number, NOW)), NOW);
    expect(catalog.peers(NOW).map(({ id }) => id)).toEqual([3, 7, 12].map(peerIdOf));
    expect(catalog.snapshot(NOW).map(({ entry }) => entry.id)).toEqual([3, 7, 9, 12].map(peerIdOf));
  });

  it("refuses strangers when it is full, and keeps up with those it knows", () => {
    catalog = create(undefined, 2);
    for (const number of [1, 2]) expect(catalog.upsert(unchecked(entryOf(number, NOW)), NOW)).toBe("new");
    expect(catalog.upsert(unchecked(entryOf(3, NOW)), NOW)).toBe("full");
    expect(catalog.refusedCount).toBe(1);
    expect(catalog.upsert(unchecked(entryOf(1, NOW).incremented(NOW)), NOW)).toBe("renewed");
    catalog.depart(peerIdOf(2), NOW);
    expect(catalog.upsert(unchecked(entryOf(3, NOW)), NOW)).toBe("new");
  });

  it("refuses entries of excessive size, and more bytes than a snapshot may have", () => {
    const tags = Array.from({ length: 9000 }, (_, i) => Digest.fromInteger(i, 4));
    expect(catalog.upsert(unchecked(entryOf(1, NOW).withAdded("tags", tags, NOW)), NOW)).toBe("tooLarge");
    const data = new Uint8Array(250 * 1024);
    const outcomes = Array.from({ length: 150 }, (_, i) => {
      const entry = entryOf(10 + (i % 100), NOW + Math.floor(i / 100));
      return catalog.upsert(unchecked(entry.withTicket({ class: Digest.from("class"), data }, NOW)), NOW + 1);
    });
    expect(outcomes.slice(0, 100)).toEqual(new Array(100).fill("new"));
    expect(new Set(outcomes.slice(100))).toEqual(new Set(["renewed"]));
    const more = Array.from({ length: 50 }, (_, i) => {
      const entry = entryOf(150 + i, NOW).withTicket({ class: Digest.from("class"), data }, NOW);
      return catalog.upsert(unchecked(entry), NOW + 1);
    });
    expect(more[0]).toBe("new");
    expect(more.at(-1)).toBe("full");
  });

  it("remembers no more departures than it has room for entries, the latest ones", () => {
    catalog = create(undefined, 3);
    for (let number = 10; number < 15; number++) {
      catalog.upsert(unchecked(entryOf(number, NOW)), NOW);
      catalog.depart(peerIdOf(number), NOW);
    }
    const outcomes = [10, 11, 12, 13, 14].map((number) => catalog.upsert(unchecked(entryOf(number, NOW)), NOW));
    expect(outcomes).toEqual(["new", "new", "rejected", "rejected", "rejected"]);
  });

  it("counts peers as it lists them, whatever happens", () => {
    const check = (nowMs: number): void => {
      expect(catalog.signedCount(nowMs)).toBe(catalog.signedPeers(nowMs).length);
      expect(catalog.unsignedCount()).toBe(catalog.unsignedPeers().length);
    };
    for (const number of [1, 2, 3, 4]) catalog.upsert(unchecked(entryOf(number, NOW + 100 * number)), NOW);
    catalog.insertUnsigned(entryOf(5, NOW));
    for (const ageMs of [0, 150, 350, 150, 500, 0]) check(NOW + PURGE_MS + ageMs);
    catalog.upsert(unchecked(entryOf(1, NOW).incremented(NOW + 1000)), NOW + 1000);
    catalog.depart(peerIdOf(2), NOW);
    for (const ageMs of [0, 350, 1000, 2000, 350]) check(NOW + PURGE_MS + ageMs);
    catalog.purge(NOW + PURGE_MS + 350);
    check(NOW + PURGE_MS + 350);
    check(NOW);
  });
});
