import { t } from "@mosaik/postcard";
import { expect, it } from "vitest";
import { collection, type VecReader, type VecWriter } from "../../../src/collections/index.js";
import { describeSync } from "./sync-suite.js";

const u64 = t.u64.asNumber();
const Numbers = collection.vec("numbers", u64);
const Texts = collection.vec("texts", t.string, { sync: { fetchBatchSize: 10 } });
const range = (start: number, count: number) => Array.from({ length: count }, (_, i) => start + i);

/** Rust's tests/collections/sync/vec.rs. Writes that are under way together keep their order. */
describeSync<VecReader<number>, VecWriter<number>>(
  "vec",
  {
    define: (sync = {}) => collection.vec("numbers", u64, { sync }),
    add: (w, i) => w.pushBack(i),
    addAll: (w, start, count) => w.extend(range(start, count)),
    clear: (w) => w.clear(),
    holds: (vec, start) => [...vec].every((value, i) => value === start + i),
    hasItem: (vec, i) => vec.at(i) === i,
  },
  (context) => {
    it("mixed_mutations", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      for (const value of [10, 20, 30]) await cluster.write(w.pushBack(value));
      await cluster.write(w.pushFront(5));
      await cluster.write(w.insert(2, 15));
      await cluster.write(w.swap(0, 4));
      await cluster.settle(w, r);
      expect([...r]).toEqual([30, 10, 15, 20, 5]);
      await cluster.write(w.popBack());
      await cluster.write(w.popFront());
      await cluster.write(w.remove(1));
      await cluster.write(w.extend([100, 200, 300]));
      await cluster.write(w.truncate(4));
      const late = await cluster.lateReader(Numbers);
      await cluster.settle(w, r, late);
      for (const one of [w, r, late]) expect([...one]).toEqual([10, 20, 100, 200]);
    });

    it("large_elements", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Texts);
      await cluster.writeEach(0, 100, (i) => w.pushBack(String(i % 10).repeat(10_000)));
      const late = await cluster.lateReader(Texts);
      await cluster.settle(w, r, late);
      expect(late.size).toBe(100);
      for (const one of [r, late]) expect([...one]).toEqual([...w]);
    });
  },
);
