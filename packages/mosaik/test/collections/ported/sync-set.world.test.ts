import { t } from "@mosaik/postcard";
import { expect, it } from "vitest";
import { collection, type SetReader, type SetWriter } from "../../../src/collections/index.js";
import { expectSame } from "../cluster.js";
import { describeSync } from "./sync-suite.js";

const u64 = t.u64.asNumber();
const Numbers = collection.set("numbers", u64);
const Texts = collection.set("texts", t.string, { sync: { fetchBatchSize: 10 } });
const range = (start: number, count: number) => Array.from({ length: count }, (_, i) => start + i);

/** Rust's tests/collections/sync/set.rs. */
describeSync<SetReader<number>, SetWriter<number>>(
  "set",
  {
    define: (sync = {}) => collection.set("numbers", u64, { sync }),
    add: (w, i) => w.insert(i),
    addAll: (w, start, count) => w.extend(range(start, count)),
    clear: (w) => w.clear(),
    holds: (set, start, count) => range(start, count).every((i) => set.has(i)),
    hasItem: (set, i) => set.has(i),
  },
  (context) => {
    it("mixed_mutations", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      await cluster.write(w.insert(1));
      await cluster.write(w.extend([2, 3, 4]));
      await cluster.write(w.remove(2));
      await cluster.write(w.removeMany([3, 9]));
      const late = await cluster.lateReader(Numbers);
      await cluster.settle(w, r, late);
      expect([...late].sort()).toEqual([1, 4]);
      expectSame(w, r, late);
    });

    it("large_elements", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Texts);
      await cluster.writeEach(0, 100, (i) => w.insert(String(i).repeat(5000)));
      const late = await cluster.lateReader(Texts);
      await cluster.settle(w, r, late);
      expect(late.size).toBe(100);
      expectSame(w, r, late);
    });

    it("insert_duplicates", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      for (let i = 0; i < 2; i++) await cluster.writeEach(0, 50, (value) => w.insert(value));
      const late = await cluster.lateReader(Numbers);
      await cluster.settle(w, r, late);
      expect([r.size, late.size]).toEqual([50, 50]);
    });

    it("remove_nonexistent_values", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Numbers);
      await cluster.write(w.insert(1));
      await cluster.write(w.remove(2));
      await cluster.write(w.removeMany([3, 4]));
      await cluster.settle(w, r);
      expect([...r]).toEqual([1]);
    });

    it("string_elements", async () => {
      const { cluster } = context;
      const [w, r] = await cluster.pair(Texts);
      await cluster.writeEach(0, 50, (i) => w.insert(`value ${i}`));
      const late = await cluster.lateReader(Texts);
      await cluster.settle(w, r, late);
      expect(range(0, 50).every((i) => late.has(`value ${i}`))).toBe(true);
      expectSame(w, r, late);
    });
  },
);
