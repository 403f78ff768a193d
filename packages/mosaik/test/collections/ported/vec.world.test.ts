import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { collection } from "../../../src/collections/index.js";
import { isSmoke, useCluster } from "../cluster.js";

const u64 = t.u64.asNumber();
const Numbers = collection.vec("numbers", u64);

/** Rust's tests/collections/vec.rs. Our readers are readers: Rust's of this kind vote (spec 06 §4). */
describe.skipIf(isSmoke)("vec", () => {
  const context = useCluster();

  it("smoke_no_catchup", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect([r.size, r.isEmpty, r.at(0), r.first, r.last, r.includes(1), r.indexOf(1), [...r]]).toEqual([
      0,
      true,
      undefined,
      undefined,
      undefined,
      false,
      -1,
      [],
    ]);
    const now = async (...expected: number[]): Promise<void> => {
      await cluster.settle(w, r);
      expect([[...w], [...r]]).toEqual([expected, expected]);
    };
    await cluster.write(w.pushBack(2));
    await now(2);
    await cluster.write(w.pushFront(1));
    await now(1, 2);
    await cluster.write(w.extend([3, 4, 5]));
    await now(1, 2, 3, 4, 5);
    expect([r.at(2), r.at(-1), r.first, r.last, r.includes(4), r.indexOf(4)]).toEqual([3, 5, 1, 5, true, 3]);
    await cluster.write(w.insert(2, 99));
    await now(1, 2, 99, 3, 4, 5);
    await cluster.write(w.swap(0, 5));
    await now(5, 2, 99, 3, 4, 1);
    expect(await cluster.write(w.remove(2))).toMatchObject({ value: 99 });
    await now(5, 2, 3, 4, 1);
    expect(await cluster.write(w.popBack())).toMatchObject({ value: 1 });
    expect(await cluster.write(w.popFront())).toMatchObject({ value: 5 });
    await now(2, 3, 4);
    await cluster.write(w.truncate(1));
    await now(2);
    await cluster.write(w.clear());
    await now();
  });

  it("catchup_single_reader", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.writeEach(0, 100, (i) => w.pushBack(i));
    await cluster.write(w.extend([100, 101, 102, 103, 104, 105, 106]));
    const r = await cluster.lateReader(Numbers);
    await cluster.settle(w, r);
    expect([...r]).toEqual(Array.from({ length: 107 }, (_, i) => i));
    await cluster.write(w.pushBack(107));
    await cluster.settle(w, r);
    expect(r.last).toBe(107);
  });

  it("multiple_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 1, readers: 3 });
    const w = writers[0]!;
    await cluster.write(w.extend([1, 2, 3]));
    await cluster.write(w.pushFront(0));
    await cluster.write(w.remove(2));
    await cluster.settle(w, ...readers);
    for (const r of readers) expect([...r]).toEqual([0, 1, 3]);
  });

  it("multiple_writers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 2, readers: 1 });
    for (let i = 0; i < 10; i++) await cluster.write(writers[i % 2]!.pushBack(i));
    await cluster.settle(...writers, ...readers);
    for (const one of [...writers, ...readers]) expect([...one]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("catchup_multiple_readers", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.writeEach(0, 50, (i) => w.pushBack(i));
    const first = await cluster.lateReader(Numbers);
    await cluster.writeEach(50, 30, (i) => w.pushBack(i));
    await cluster.write(w.extend([80, 81]));
    const second = await cluster.lateReader(Numbers);
    await cluster.settle(w, first, second);
    expect([first.size, second.size]).toEqual([82, 82]);
    expect([...first]).toEqual([...w]);
    expect([...second]).toEqual([...w]);
  });

  it("push_front_back_ordering", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.pushBack(3));
    await cluster.write(w.pushFront(2));
    await cluster.write(w.pushBack(4));
    await cluster.write(w.pushFront(1));
    await cluster.write(w.pushBack(5));
    await cluster.settle(w, r);
    expect([...r]).toEqual([1, 2, 3, 4, 5]);
  });

  it("pop_until_empty", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.extend([1, 2, 3]));
    expect((await cluster.write(w.popFront())).value).toBe(1);
    expect((await cluster.write(w.popBack())).value).toBe(3);
    expect((await cluster.write(w.popBack())).value).toBe(2);
    expect((await cluster.write(w.popBack())).value).toBeUndefined();
    expect((await cluster.write(w.popFront())).value).toBeUndefined();
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
    await cluster.write(w.pushBack(9));
    await cluster.settle(w, r);
    expect([...r]).toEqual([9]);
  });

  it("swap_variations", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.extend([1, 2, 3]));
    await cluster.write(w.swap(0, 2));
    await cluster.write(w.swap(1, 1));
    await cluster.write(w.swap(0, 99));
    await cluster.write(w.swap(99, 100));
    await cluster.settle(w, r);
    expect([...r]).toEqual([3, 2, 1]);
  });

  it("insert_at_positions", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(0, 2));
    await cluster.write(w.insert(0, 1));
    await cluster.write(w.insert(2, 4));
    await cluster.write(w.insert(2, 3));
    await cluster.settle(w, r);
    expect([...r]).toEqual([1, 2, 3, 4]);
  });

  it("truncate_edge_cases", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.extend([1, 2, 3, 4]));
    for (const [length, left] of [
      [10, 4],
      [4, 4],
      [2, 2],
      [0, 0],
    ] as const) {
      await cluster.write(w.truncate(length));
      await cluster.settle(w, r);
      expect([...r]).toEqual([1, 2, 3, 4].slice(0, left));
    }
  });

  it("clear_then_rebuild", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.extend([1, 2, 3]));
    await cluster.write(w.clear());
    await cluster.write(w.pushBack(7));
    await cluster.settle(w, r);
    expect([...r]).toEqual([7]);
  });

  it("extend_empty", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect(await cluster.write(w.extend([]))).toBe(w.version);
    await cluster.write(w.pushBack(1));
    await cluster.settle(w, r);
    expect([...r]).toEqual([1]);
  });

  it("remove_out_of_bounds", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.extend([1, 2]));
    expect((await cluster.write(w.remove(2))).value).toBeUndefined();
    expect((await cluster.write(w.remove(99))).value).toBeUndefined();
    await cluster.settle(w, r);
    expect([...r]).toEqual([1, 2]);
  });

  it("many_writers_many_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 2, readers: 2 });
    const [a, b] = writers as [(typeof writers)[0], (typeof writers)[0]];
    await cluster.write(a.extend([1, 2, 3]));
    await cluster.write(b.extend([4, 5]));
    await cluster.write(a.remove(0));
    await cluster.write(b.pushFront(0));
    await cluster.settle(...writers, ...readers);
    for (const one of [...writers, ...readers]) expect([...one]).toEqual([0, 2, 3, 4, 5]);
  });

  it("late_writer_catchup", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.writeEach(0, 20, (i) => w.pushBack(i));
    const late = await cluster.lateWriter(Numbers);
    await cluster.settle(w, late);
    expect(late.size).toBe(20);
    await cluster.write(late.pushBack(20));
    await cluster.settle(w, r, late);
    expect([r.last, w.last]).toEqual([20, 20]);
  });

  it("writer_reads_own_writes", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.write(w.pushBack(1));
    expect([...w]).toEqual([1]);
    await cluster.write(w.extend([2, 3]));
    expect(w.last).toBe(3);
    await cluster.write(w.popFront());
    expect(w.first).toBe(2);
  });

  it("construct_from_macro", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const both = Promise.all([Numbers.onlineWriter(a!), Numbers.onlineReader(b!)]);
    const [w, r] = await cluster.nodes.within(15_000, both, "both to be online");
    await cluster.write(w.pushBack(1));
    await cluster.settle(w, r);
    expect([...r]).toEqual([1]);
  });

  it("construct_from_def", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const w = await cluster.online(Numbers.writer(a!));
    const r = await cluster.online(Numbers.reader(b!));
    await cluster.write(w.pushBack(1));
    await cluster.settle(w, r);
    expect([...r]).toEqual([1]);
  });
});
