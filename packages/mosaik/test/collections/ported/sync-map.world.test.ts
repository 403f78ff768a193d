import { t } from "@mosaik/postcard";
import { expect, it } from "vitest";
import { collection, type MapReader, type MapWriter } from "../../../src/collections/index.js";
import { expectSame } from "../cluster.js";
import { describeSync } from "./sync-suite.js";

const u64 = t.u64.asNumber();
const Texts = collection.map("texts", t.string, t.string, { sync: { fetchBatchSize: 10 } });
const Numbers = collection.map("numbers", u64, u64);
const range = (start: number, count: number) => Array.from({ length: count }, (_, i) => start + i);

/** Rust's tests/collections/sync/map.rs. */
describeSync<MapReader<number, number>, MapWriter<number, number>>(
  "map",
  {
    define: (sync = {}) => collection.map("numbers", u64, u64, { sync }),
    add: (w, i) => w.insert(i, i * 10),
    addAll: (w, start, count) => w.extend(range(start, count).map((i) => [i, i * 10] as const)),
    clear: (w) => w.clear(),
    holds: (map, start, count) => range(start, count).every((i) => map.get(i) === i * 10),
    hasItem: (map, i) => map.get(i) === i * 10,
  },
  (context) => {
    it("mixed_mutations", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      await cluster.write(w.insert(1, 10));
      await cluster.write(
        w.extend([
          [2, 20],
          [3, 30],
          [4, 40],
        ]),
      );
      await cluster.write(w.remove(2));
      await cluster.write(w.removeMany([3]));
      await cluster.write(w.compareExchange(4, { expected: 40, next: 44 }));
      await cluster.write(w.insert(1, 11));
      const late = await cluster.lateReader(Numbers);
      await cluster.settle(w, r, late);
      expect(new Map(late)).toEqual(
        new Map([
          [1, 11],
          [4, 44],
        ]),
      );
      expectSame(w, r, late);
    });

    it("large_values", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Texts);
      await cluster.writeEach(0, 100, (i) => w.insert(`key ${i}`, String(i % 10).repeat(10_000)));
      const late = await cluster.lateReader(Texts);
      await cluster.settle(w, r, late);
      expect(late.size).toBe(100);
      expectSame(w, r, late);
    });

    it("overwrite_keys", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      await cluster.writeEach(0, 100, (i) => w.insert(i, i));
      await cluster.writeEach(0, 100, (i) => w.insert(i, i + 1000));
      const late = await cluster.lateReader(Numbers);
      await cluster.settle(w, r, late);
      expect(range(0, 100).every((i) => late.get(i) === i + 1000)).toBe(true);
      expectSame(w, r, late);
    });

    it("extend_with_overlapping_keys", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      await cluster.write(w.extend(range(0, 100).map((i) => [i, i] as const)));
      await cluster.write(w.extend(range(50, 100).map((i) => [i, i * 2] as const)));
      await cluster.settle(w, r);
      expect([r.size, r.get(49), r.get(50), r.get(149)]).toEqual([150, 49, 100, 298]);
    });

    it("remove_nonexistent_keys", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      await cluster.write(w.insert(1, 1));
      await cluster.write(w.remove(2));
      await cluster.write(w.removeMany([3, 4]));
      await cluster.settle(w, r);
      expect([...r]).toEqual([[1, 1]]);
    });

    it("string_keys", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Texts);
      await cluster.writeEach(0, 50, (i) => w.insert(`key ${i}`, `value ${i}`));
      const late = await cluster.lateReader(Texts);
      await cluster.settle(w, r, late);
      expect(range(0, 50).every((i) => late.get(`key ${i}`) === `value ${i}`)).toBe(true);
      expectSame(w, r, late);
    });
  },
);
