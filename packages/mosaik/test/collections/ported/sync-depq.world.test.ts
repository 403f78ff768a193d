import { t } from "@mosaik/postcard";
import { expect, it } from "vitest";
import { collection, type PriorityQueueReader, type PriorityQueueWriter } from "../../../src/collections/index.js";
import { describeSync } from "./sync-suite.js";

const u64 = t.u64.asNumber();
const Numbers = collection.priorityQueue("numbers", u64, u64, u64);
const Texts = collection.priorityQueue("texts", u64, t.string, t.string, { sync: { fetchBatchSize: 10 } });
const range = (start: number, count: number) => Array.from({ length: count }, (_, i) => start + i);
type Reader = PriorityQueueReader<number, number, number>;
const isItem = (queue: Reader, i: number) => queue.get(i) === i * 100 && queue.priorityOf(i) === i * 10;

/** Rust's tests/collections/sync/depq.rs. */
describeSync<Reader, PriorityQueueWriter<number, number, number>>(
  "depq",
  {
    define: (sync = {}) => collection.priorityQueue("numbers", u64, u64, u64, { sync }),
    add: (w, i) => w.insert(i * 10, i, i * 100),
    addAll: (w, start, count) => w.extend(range(start, count).map((i) => [i * 10, i, i * 100] as const)),
    clear: (w) => w.clear(),
    holds: (queue, start, count) =>
      range(start, count).every((i) => isItem(queue, i)) &&
      queue.entries().every(({ priority }, i) => priority === (start + i) * 10),
    hasItem: isItem,
  },
  (context) => {
    it("mixed_mutations", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      for (const i of [1, 2, 3]) await cluster.write(w.insert(i * 10, i, i * 100));
      await cluster.write(w.updatePriority(1, 50));
      await cluster.write(w.updateValue(2, 999));
      await cluster.settle(w, r);
      expect([r.max, r.min]).toEqual([
        { priority: 50, key: 1, value: 100 },
        { priority: 20, key: 2, value: 999 },
      ]);
      await cluster.write(w.remove(3));
      await cluster.write(
        w.extend([
          [5, 10, 500],
          [15, 20, 600],
          [25, 30, 700],
        ]),
      );
      const late = await cluster.lateReader(Numbers);
      await cluster.settle(w, r, late);
      expect(late.size).toBe(5);
      for (const one of [r, late]) expect(one.entries()).toEqual(w.entries());
    });

    it("large_values", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Texts);
      await cluster.writeEach(0, 100, (i) => w.insert(i, `key ${i}`, String(i % 10).repeat(10_000)));
      const late = await cluster.lateReader(Texts);
      await cluster.settle(w, r, late);
      expect(late.size).toBe(100);
      for (const one of [r, late]) expect(one.entries()).toEqual(w.entries());
    });

    it("overwrite_keys", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      await cluster.writeEach(0, 100, (i) => w.insert(i, i, i));
      await cluster.writeEach(0, 100, (i) => w.insert(1000 - i, i, i + 1000));
      const late = await cluster.lateReader(Numbers);
      await cluster.settle(w, r, late);
      expect([late.size, late.get(7), late.priorityOf(7)]).toEqual([100, 1007, 993]);
      for (const one of [r, late]) expect(one.entries()).toEqual(w.entries());
    });

    it("remove_range_sync", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      await cluster.writeEach(0, 100, (i) => w.insert(i, i, i));
      await cluster.write(w.removeRange({ from: 20, before: 50 }));
      const late = await cluster.lateReader(Numbers);
      await cluster.settle(w, r, late);
      expect([r.size, late.size, late.has(19), late.has(20), late.has(50)]).toEqual([70, 70, true, false, true]);
      for (const one of [r, late]) expect(one.entries()).toEqual(w.entries());
    });

    it("min_max_after_sync", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      for (const [i, priority] of [500, 3, 77, 1000, 42].entries()) await cluster.write(w.insert(priority, i, i));
      const late = await cluster.lateReader(Numbers);
      await cluster.settle(w, r, late);
      for (const one of [w, r, late]) expect([one.min?.priority, one.max?.priority]).toEqual([3, 1000]);
    });
  },
);
