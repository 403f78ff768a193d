import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { collection } from "../../../src/collections/index.js";
import { expectSame, isSmoke, useCluster } from "../cluster.js";

const Numbers = collection.set("numbers", t.u64.asNumber());
const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

/** Rust's tests/collections/set.rs. */
describe.skipIf(isSmoke)("set", () => {
  const context = useCluster();

  it("smoke_no_catchup", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect([r.size, r.isEmpty, r.has(1), [...r]]).toEqual([0, true, false, []]);
    const now = async (...expected: number[]): Promise<void> => {
      await cluster.settle(w, r);
      expect([sorted(w), sorted(r)]).toEqual([expected, expected]);
    };
    await cluster.write(w.insert(1));
    await now(1);
    await cluster.write(w.extend([2, 3]));
    await now(1, 2, 3);
    expect([r.has(2), r.has(9)]).toEqual([true, false]);
    await cluster.write(w.remove(2));
    await now(1, 3);
    await cluster.write(w.clear());
    await now();
  });

  it("catchup_single_reader", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.writeEach(0, 100, (i) => w.insert(i));
    await cluster.write(w.extend([100, 101, 102]));
    const r = await cluster.lateReader(Numbers);
    await cluster.settle(w, r);
    expect(r.size).toBe(103);
    expectSame(w, r);
    await cluster.write(w.insert(103));
    await cluster.settle(w, r);
    expect(r.has(103)).toBe(true);
  });

  it("multiple_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 1, readers: 3 });
    const w = writers[0]!;
    await cluster.write(w.extend([1, 2, 3]));
    await cluster.write(w.insert(4));
    await cluster.write(w.remove(2));
    await cluster.settle(w, ...readers);
    for (const r of readers) expect(sorted(r)).toEqual([1, 3, 4]);
  });

  it("multiple_writers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 2, readers: 1 });
    for (let i = 0; i < 10; i++) await cluster.write(writers[i % 2]!.insert(i));
    await cluster.settle(...writers, ...readers);
    expect(readers[0]!.size).toBe(10);
    expectSame(...writers, ...readers);
  });

  it("catchup_multiple_readers", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.writeEach(0, 50, (i) => w.insert(i));
    const first = await cluster.lateReader(Numbers);
    await cluster.writeEach(50, 30, (i) => w.insert(i));
    await cluster.write(w.extend([80, 81]));
    const second = await cluster.lateReader(Numbers);
    await cluster.settle(w, first, second);
    expect([first.size, second.size]).toEqual([82, 82]);
    expectSame(w, first, second);
  });

  it("insert_duplicate", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(1));
    await cluster.write(w.insert(1));
    await cluster.settle(w, r);
    expect(r.size).toBe(1);
  });

  it("extend_with_duplicates", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.extend([1, 2, 3]));
    await cluster.write(w.extend([2, 3, 4, 5]));
    await cluster.settle(w, r);
    expect(r.size).toBe(5);
  });

  it("remove_nonexistent", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(1));
    await cluster.write(w.remove(9));
    await cluster.settle(w, r);
    expect(sorted(r)).toEqual([1]);
  });

  it("clear_then_rebuild", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.extend([1, 2]));
    await cluster.write(w.clear());
    await cluster.write(w.insert(3));
    await cluster.settle(w, r);
    expect(sorted(r)).toEqual([3]);
  });

  it("extend_empty", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect(await cluster.write(w.extend([]))).toBe(w.version);
    await cluster.write(w.insert(1));
    await cluster.settle(w, r);
    expect(sorted(r)).toEqual([1]);
  });

  it("subset_check", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 1, readers: 2 });
    const w = writers[0]!;
    await cluster.write(w.extend([1, 2, 3]));
    await cluster.settle(w, ...readers);
    const [a, b] = readers;
    expect([a!.isSubsetOf(b!), b!.isSubsetOf(a!), a!.isSubsetOf(new Set([1, 2]))]).toEqual([true, true, false]);
  });

  it("many_writers_many_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 2, readers: 2 });
    const [a, b] = writers as [(typeof writers)[0], (typeof writers)[0]];
    await cluster.write(a.extend([1, 2, 3]));
    await cluster.write(b.extend([3, 4, 5]));
    await cluster.write(a.remove(4));
    await cluster.write(b.insert(6));
    await cluster.settle(...writers, ...readers);
    expect(sorted(readers[0]!)).toEqual([1, 2, 3, 5, 6]);
    expectSame(...writers, ...readers);
  });

  it("late_writer_catchup", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.writeEach(0, 20, (i) => w.insert(i));
    const late = await cluster.lateWriter(Numbers);
    await cluster.settle(w, late);
    expect(late.size).toBe(20);
    await cluster.write(late.insert(20));
    await cluster.settle(w, r, late);
    expectSame(w, r, late);
  });

  it("writer_reads_own_writes", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(collection.set("texts", t.string), { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.write(w.insert("a"));
    expect(w.has("a")).toBe(true);
    await cluster.write(w.remove("a"));
    expect(w.has("a")).toBe(false);
  });

  it("remove_all_elements", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.extend([1, 2, 3]));
    for (const value of [1, 2, 3]) await cluster.write(w.remove(value));
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
    await cluster.write(w.insert(4));
    await cluster.settle(w, r);
    expect(sorted(r)).toEqual([4]);
  });

  it("remove_many", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.extend([1, 2, 3, 4]));
    await cluster.write(w.removeMany([1, 3, 99]));
    await cluster.settle(w, r);
    expect(sorted(r)).toEqual([2, 4]);
    expect(await cluster.write(w.removeMany([]))).toBe(w.version);
  });

  it("construct_from_def", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const w = await cluster.online(Numbers.writer(a!));
    const r = await cluster.online(Numbers.reader(b!));
    await cluster.write(w.insert(1));
    await cluster.settle(w, r);
    expect(sorted(r)).toEqual([1]);
  });

  it("construct_from_macro", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const both = Promise.all([Numbers.onlineWriter(a!), Numbers.onlineReader(b!)]);
    const [w, r] = await cluster.nodes.within(15_000, both, "both to be online");
    await cluster.write(w.insert(1));
    await cluster.settle(w, r);
    expect(sorted(r)).toEqual([1]);
  });
});
