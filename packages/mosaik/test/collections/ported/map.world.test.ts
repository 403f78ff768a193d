import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { collection } from "../../../src/collections/index.js";
import { expectSame, isSmoke, useCluster } from "../cluster.js";

const u64 = t.u64.asNumber();
const Numbers = collection.map("numbers", u64, u64);
const Texts = collection.map("texts", t.string, t.string);

/** Rust's tests/collections/map.rs. */
describe.skipIf(isSmoke)("map", () => {
  const context = useCluster();

  it("smoke_no_catchup", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(collection.map("smoke", t.string, u64));
    expect([r.size, r.isEmpty, r.get("a"), r.has("a"), [...r]]).toEqual([0, true, undefined, false, []]);
    const at = async (version: number): Promise<void> => {
      await cluster.nodes.within(2000, r.when().reaches(version), "the reader");
      expectSame(w, r);
    };
    await at(await cluster.write(w.insert("a", 1)));
    expect([r.get("a"), r.size]).toEqual([1, 1]);
    await at(
      await cluster.write(
        w.extend([
          ["b", 2],
          ["c", 3],
        ]),
      ),
    );
    expect([...r.keys()].sort()).toEqual(["a", "b", "c"]);
    expect([...r.values()].sort()).toEqual([1, 2, 3]);
    await at(await cluster.write(w.remove("a")));
    expect(r.has("a")).toBe(false);
    await at((await cluster.write(w.compareExchange("b", { expected: 2, next: 20 }))).version);
    expect(r.get("b")).toBe(20);
    await at(await cluster.write(w.clear()));
    expect(r.isEmpty).toBe(true);
  });

  it("catchup_single_reader", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.writeEach(0, 100, (i) => w.insert(i, i * 10));
    await cluster.write(
      w.extend([
        [100, 1],
        [101, 2],
        [102, 3],
      ]),
    );
    const r = await cluster.lateReader(Numbers);
    await cluster.settle(w, r);
    expect(r.size).toBe(103);
    expectSame(w, r);
    await cluster.write(w.insert(103, 4));
    await cluster.settle(w, r);
    expect(r.get(103)).toBe(4);
  });

  it("multiple_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 1, readers: 3 });
    const w = writers[0]!;
    await cluster.write(
      w.extend([
        [1, 10],
        [2, 20],
        [3, 30],
      ]),
    );
    await cluster.write(w.insert(4, 40));
    await cluster.write(w.remove(2));
    await cluster.settle(w, ...readers);
    for (const r of readers)
      expect(new Map(r)).toEqual(
        new Map([
          [1, 10],
          [3, 30],
          [4, 40],
        ]),
      );
  });

  it("multiple_writers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 2, readers: 1 });
    for (let i = 0; i < 10; i++) await cluster.write(writers[i % 2]!.insert(i, i));
    await cluster.write(writers[1]!.remove(0));
    await cluster.settle(...writers, ...readers);
    expect(readers[0]!.size).toBe(9);
    expectSame(...writers, ...readers);
  });

  it("catchup_multiple_readers", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.writeEach(0, 50, (i) => w.insert(i, i));
    const first = await cluster.lateReader(Numbers);
    await cluster.writeEach(50, 30, (i) => w.insert(i, i));
    await cluster.write(
      w.extend([
        [80, 80],
        [81, 81],
      ]),
    );
    const second = await cluster.lateReader(Numbers);
    await cluster.settle(w, first, second);
    expect([first.size, second.size]).toEqual([82, 82]);
    expectSame(w, first, second);
  });

  it("insert_overwrite", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    for (const value of [10, 20, 30]) await cluster.write(w.insert(1, value));
    await cluster.settle(w, r);
    expect([...r]).toEqual([[1, 30]]);
  });

  it("extend_overwrite", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [1, 10],
        [2, 20],
        [3, 30],
      ]),
    );
    await cluster.write(
      w.extend([
        [2, 200],
        [3, 300],
        [4, 400],
      ]),
    );
    await cluster.settle(w, r);
    expect(new Map(r)).toEqual(
      new Map([
        [1, 10],
        [2, 200],
        [3, 300],
        [4, 400],
      ]),
    );
  });

  it("remove_nonexistent", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(1, 10));
    await cluster.write(w.remove(99));
    await cluster.settle(w, r);
    expect([...r]).toEqual([[1, 10]]);
  });

  it("clear_then_rebuild", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [1, 10],
        [2, 20],
      ]),
    );
    await cluster.write(w.clear());
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
    await cluster.write(w.insert(5, 50));
    await cluster.settle(w, r);
    expect([[...r], r.has(1)]).toEqual([[[5, 50]], false]);
  });

  it("extend_empty", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    const version = await cluster.write(w.extend([]));
    expect(version).toBe(w.version);
    await cluster.write(w.insert(1, 10));
    await cluster.settle(w, r);
    expect([...r]).toEqual([[1, 10]]);
  });

  it("many_writers_many_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 2, readers: 2 });
    const [a, b] = writers as [(typeof writers)[0], (typeof writers)[0]];
    await cluster.write(
      a.extend([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    );
    await cluster.write(
      b.extend([
        [4, 4],
        [5, 5],
      ]),
    );
    await cluster.write(a.remove(4));
    await cluster.write(b.insert(6, 6));
    await cluster.settle(...writers, ...readers);
    expect([...readers[0]!.keys()].sort()).toEqual([1, 2, 3, 5, 6]);
    expectSame(...writers, ...readers);
  });

  it("late_writer_catchup", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.writeEach(0, 20, (i) => w.insert(i, i));
    const late = await cluster.lateWriter(Numbers);
    await cluster.settle(w, late);
    expect(late.size).toBe(20);
    await cluster.write(late.insert(20, 20));
    await cluster.settle(w, r, late);
    expectSame(w, r, late);
    expect(r.get(20)).toBe(20);
  });

  it("writer_reads_own_writes", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Texts, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.write(w.insert("key", "value"));
    expect(w.get("key")).toBe("value");
    await cluster.write(w.extend([["a", "b"]]));
    expect(w.size).toBe(2);
    await cluster.write(w.remove("key"));
    expect(w.has("key")).toBe(false);
    await cluster.write(w.clear());
    expect(w.isEmpty).toBe(true);
  });

  it("remove_all_entries", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    );
    for (const key of [1, 2, 3]) await cluster.write(w.remove(key));
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
    await cluster.write(w.insert(4, 4));
    await cluster.settle(w, r);
    expect([...r]).toEqual([[4, 4]]);
  });

  it("remove_many", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
      ]),
    );
    await cluster.write(w.removeMany([1, 3, 99]));
    await cluster.settle(w, r);
    expect([...r.keys()].sort()).toEqual([2, 4]);
    expect(await cluster.write(w.removeMany([]))).toBe(w.version);
    expect(w.size).toBe(2);
  });

  it("compare_exchange_success", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(1, 10));
    expect(await cluster.write(w.compareExchange(1, { expected: 10, next: 20 }))).toMatchObject({ exchanged: true });
    await cluster.settle(w, r);
    expect([w.get(1), r.get(1)]).toEqual([20, 20]);
  });

  it("compare_exchange_insert_new_key", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect(await cluster.write(w.compareExchange(1, { next: 10 }))).toMatchObject({ exchanged: true });
    await cluster.settle(w, r);
    expect([...r]).toEqual([[1, 10]]);
  });

  it("compare_exchange_remove_key", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [1, 10],
        [2, 20],
      ]),
    );
    expect(await cluster.write(w.compareExchange(1, { expected: 10 }))).toMatchObject({ exchanged: true });
    await cluster.settle(w, r);
    expect([...r]).toEqual([[2, 20]]);
  });

  it("compare_exchange_mismatch_no_change", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(1, 10));
    expect(await cluster.write(w.compareExchange(1, { expected: 99, next: 20 }))).toMatchObject({ exchanged: false });
    expect(await cluster.write(w.compareExchange(1, { next: 20 }))).toMatchObject({ exchanged: false });
    await cluster.settle(w, r);
    expect([...r]).toEqual([[1, 10]]);
  });

  it("compare_exchange_mismatch_on_missing_key", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect(await cluster.write(w.compareExchange(1, { expected: 10, next: 20 }))).toMatchObject({ exchanged: false });
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
  });

  it("compare_exchange_replicates_to_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 1, readers: 2 });
    const w = writers[0]!;
    await cluster.write(w.insert(1, 10));
    await cluster.write(w.compareExchange(1, { expected: 10, next: 20 }));
    await cluster.settle(w, ...readers);
    for (const r of readers) expect(r.get(1)).toBe(20);
  });

  it("compare_exchange_chained", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    const steps = [{ next: 1 }, { expected: 1, next: 2 }, { expected: 2, next: 3 }, { expected: 3 }];
    for (const step of steps) {
      expect(await cluster.write(w.compareExchange(1, step))).toMatchObject({ exchanged: true });
      await cluster.settle(w, r);
      expect(r.get(1)).toBe("next" in step ? step.next : undefined);
    }
  });

  it("compare_exchange_mixed_with_insert_remove", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(1, 10));
    await cluster.write(w.compareExchange(1, { expected: 10, next: 11 }));
    await cluster.write(w.insert(1, 12));
    expect(await cluster.write(w.compareExchange(1, { expected: 11, next: 13 }))).toMatchObject({ exchanged: false });
    await cluster.write(w.remove(1));
    await cluster.write(w.compareExchange(1, { next: 14 }));
    await cluster.settle(w, r);
    expect(r.get(1)).toBe(14);
    await cluster.write(w.clear());
    expect(await cluster.write(w.compareExchange(1, { expected: 14, next: 15 }))).toMatchObject({ exchanged: false });
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
  });

  it("compare_exchange_multiple_keys", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    );
    await cluster.write(w.compareExchange(1, { expected: 1, next: 10 }));
    await cluster.write(w.compareExchange(2, { expected: 2 }));
    await cluster.write(w.compareExchange(4, { next: 40 }));
    await cluster.settle(w, r);
    expect(new Map(r)).toEqual(
      new Map([
        [1, 10],
        [3, 3],
        [4, 40],
      ]),
    );
  });

  it("compare_exchange_none_to_none", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect(await cluster.write(w.compareExchange(1, {}))).toMatchObject({ exchanged: true });
    expect(w.isEmpty).toBe(true);
    await cluster.write(w.insert(1, 10));
    await cluster.settle(w, r);
    expect(r.get(1)).toBe(10);
  });

  it("compare_exchange_catchup", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.write(w.insert(1, 10));
    await cluster.write(w.compareExchange(1, { expected: 10, next: 20 }));
    await cluster.write(w.compareExchange(2, { next: 2 }));
    const r = await cluster.lateReader(Numbers);
    await cluster.settle(w, r);
    expect(new Map(r)).toEqual(
      new Map([
        [1, 20],
        [2, 2],
      ]),
    );
  });

  it("compare_exchange_string_keys", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Texts);
    await cluster.write(w.insert("state", "idle"));
    await cluster.write(w.compareExchange("state", { expected: "idle", next: "running" }));
    await cluster.settle(w, r);
    expect(r.get("state")).toBe("running");
  });

  it("construct_from_def", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const w = await cluster.online(Numbers.writerOnly().writer(a!));
    const r = await cluster.online(Numbers.readerOnly().reader(b!));
    await cluster.write(w.insert(1, 10));
    await cluster.settle(w, r);
    expect(r.get(1)).toBe(10);
    expect([w.groupId, r.groupId]).toEqual([Numbers.groupId, Numbers.groupId]);
  });

  it("construct_from_macro", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const [w, r] = await cluster.nodes.within(
      15_000,
      Promise.all([Numbers.onlineWriter(a!), Numbers.onlineReader(b!)]),
      "both to be online",
    );
    await cluster.write(w.insert(1, 10));
    await cluster.settle(w, r);
    expect(r.get(1)).toBe(10);
  });
});
