import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { collection, type PriorityQueueReader } from "../../../src/collections/index.js";
import { isSmoke, useCluster } from "../cluster.js";

const u64 = t.u64.asNumber();
const Numbers = collection.priorityQueue("numbers", u64, u64, u64);
const Three = collection.priorityQueue("three", u64, u64, u64, { capacity: 3 });
type Queue = PriorityQueueReader<number, number, number>;

/** Priorities, keys and values, by priority. */
function triples(queue: Queue, direction: "ascending" | "descending" = "ascending"): [number, number, number][] {
  return queue.entries(direction).map(({ priority, key, value }) => [priority, key, value]);
}

/** Rust's tests/collections/depq.rs. */
describe.skipIf(isSmoke)("depq", () => {
  const context = useCluster();

  it("smoke_no_catchup", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect([r.size, r.isEmpty, r.get(1), r.has(1), r.priorityOf(1), r.min, r.max, [...r], r.capacity]).toEqual([
      0,
      true,
      undefined,
      false,
      undefined,
      undefined,
      undefined,
      [],
      Infinity,
    ]);
    const now = async (...expected: [number, number, number][]): Promise<void> => {
      await cluster.settle(w, r);
      expect([triples(w), triples(r)]).toEqual([expected, expected]);
    };
    await cluster.write(w.insert(10, 1, 100));
    await now([10, 1, 100]);
    await cluster.write(
      w.extend([
        [30, 3, 300],
        [20, 2, 200],
      ]),
    );
    await now([10, 1, 100], [20, 2, 200], [30, 3, 300]);
    expect([r.get(2), r.has(2), r.priorityOf(2)]).toEqual([200, true, 20]);
    expect([r.min, r.max]).toEqual([
      { priority: 10, key: 1, value: 100 },
      { priority: 30, key: 3, value: 300 },
    ]);
    await cluster.write(w.updatePriority(1, 40));
    await now([20, 2, 200], [30, 3, 300], [40, 1, 100]);
    await cluster.write(w.updateValue(2, 222));
    await now([20, 2, 222], [30, 3, 300], [40, 1, 100]);
    await cluster.write(w.remove(3));
    await now([20, 2, 222], [40, 1, 100]);
    await cluster.write(w.removeRange({ before: 30 }));
    await now([40, 1, 100]);
    await cluster.write(w.clear());
    await now();
  });

  it("catchup_single_reader", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.writeEach(0, 100, (i) => w.insert(i * 10, i, i));
    await cluster.write(
      w.extend([
        [1, 100, 1],
        [2, 101, 2],
        [3, 102, 3],
      ]),
    );
    const r = await cluster.lateReader(Numbers);
    await cluster.settle(w, r);
    expect(r.size).toBe(103);
    expect(triples(r)).toEqual(triples(w));
    await cluster.write(w.insert(5, 103, 5));
    await cluster.settle(w, r);
    expect(r.get(103)).toBe(5);
  });

  it("multiple_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 1, readers: 3 });
    const w = writers[0]!;
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
        [30, 3, 3],
      ]),
    );
    await cluster.write(w.insert(40, 4, 4));
    await cluster.write(w.remove(2));
    await cluster.settle(w, ...readers);
    for (const r of readers)
      expect(triples(r)).toEqual([
        [10, 1, 1],
        [30, 3, 3],
        [40, 4, 4],
      ]);
  });

  it("multiple_writers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 2, readers: 1 });
    for (let i = 0; i < 10; i++) await cluster.write(writers[i % 2]!.insert(100 - i, i, i));
    await cluster.settle(...writers, ...readers);
    for (const one of [...writers, ...readers]) expect(triples(one)).toEqual(triples(writers[0]!));
    expect(readers[0]!.size).toBe(10);
  });

  it("catchup_multiple_readers", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.writeEach(0, 50, (i) => w.insert(i, i, i));
    const first = await cluster.lateReader(Numbers);
    await cluster.writeEach(50, 30, (i) => w.insert(i, i, i));
    await cluster.write(
      w.extend([
        [80, 80, 80],
        [81, 81, 81],
      ]),
    );
    const second = await cluster.lateReader(Numbers);
    await cluster.settle(w, first, second);
    expect([first.size, second.size]).toEqual([82, 82]);
    for (const one of [first, second]) expect(triples(one)).toEqual(triples(w));
  });

  it("insert_overwrite", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(10, 1, 100));
    await cluster.write(w.insert(50, 1, 500));
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([[50, 1, 500]]);
  });

  it("update_priority", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(10, 1, 100));
    await cluster.write(w.updatePriority(1, 99));
    await cluster.write(w.updatePriority(7, 5));
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([[99, 1, 100]]);
  });

  it("update_value", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(10, 1, 100));
    await cluster.write(w.updateValue(1, 101));
    await cluster.write(w.updateValue(7, 5));
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([[10, 1, 101]]);
  });

  it("remove_range", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    const fill = () => cluster.write(w.extend([10, 20, 30, 40, 50].map((p): [number, number, number] => [p, p, p])));
    const left = async (): Promise<number[]> => {
      await cluster.settle(w, r);
      return [...r.entries()].map(({ priority }) => priority);
    };
    await fill();
    await cluster.write(w.removeRange({ before: 25 }));
    expect(await left()).toEqual([30, 40, 50]);
    await cluster.write(w.removeRange({ from: 45 }));
    expect(await left()).toEqual([30, 40]);
    await fill();
    await cluster.write(w.removeRange({ from: 20, to: 40 }));
    expect(await left()).toEqual([10, 50]);
    await cluster.write(w.removeRange({}));
    expect(await left()).toEqual([]);
  });

  it("remove_nonexistent", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(10, 1, 1));
    await cluster.write(w.remove(9));
    await cluster.settle(w, r);
    expect(r.size).toBe(1);
  });

  it("clear_then_rebuild", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
      ]),
    );
    await cluster.write(w.clear());
    await cluster.write(w.insert(5, 3, 3));
    await cluster.settle(w, r);
    expect([triples(r), r.has(1)]).toEqual([[[5, 3, 3]], false]);
  });

  it("extend_empty", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect(await cluster.write(w.extend([]))).toBe(w.version);
    await cluster.write(w.insert(10, 1, 1));
    await cluster.settle(w, r);
    expect(r.size).toBe(1);
  });

  it("extend_overwrite", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
      ]),
    );
    await cluster.write(
      w.extend([
        [25, 2, 22],
        [30, 3, 3],
      ]),
    );
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([
      [10, 1, 1],
      [25, 2, 22],
      [30, 3, 3],
    ]);
  });

  it("same_priority_bucket", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [10, 2, 2],
        [10, 3, 3],
      ]),
    );
    await cluster.settle(w, r);
    expect([1, 2, 3]).toContain(r.min!.key);
    expect([r.min, r.max]).toEqual([w.min, w.max]);
    for (const key of [1, 2, 3]) await cluster.write(w.remove(key));
    await cluster.settle(w, r);
    expect([r.isEmpty, r.min]).toEqual([true, undefined]);
  });

  it("many_writers_many_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 2, readers: 2 });
    await cluster.write(
      writers[0]!.extend([
        [10, 1, 1],
        [20, 2, 2],
      ]),
    );
    await cluster.write(
      writers[1]!.extend([
        [15, 3, 3],
        [25, 4, 4],
      ]),
    );
    await cluster.write(writers[0]!.remove(4));
    await cluster.write(writers[1]!.insert(5, 5, 5));
    await cluster.settle(...writers, ...readers);
    for (const one of [...writers, ...readers]) {
      expect(triples(one)).toEqual([
        [5, 5, 5],
        [10, 1, 1],
        [15, 3, 3],
        [20, 2, 2],
      ]);
    }
  });

  it("late_writer_catchup", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.writeEach(0, 20, (i) => w.insert(i, i, i));
    const late = await cluster.lateWriter(Numbers);
    await cluster.settle(w, late);
    expect(late.size).toBe(20);
    await cluster.write(late.insert(20, 20, 20));
    await cluster.settle(w, r, late);
    for (const one of [r, late]) expect(triples(one)).toEqual(triples(w));
  });

  it("writer_reads_own_writes", async () => {
    const { cluster } = context;
    const Jobs = collection.priorityQueue("jobs", u64, t.string, t.string);
    const { writers } = await cluster.open(Jobs, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.write(w.insert(10, "a", "x"));
    expect([w.get("a"), w.priorityOf("a")]).toEqual(["x", 10]);
    await cluster.write(w.updatePriority("a", 20));
    expect(w.priorityOf("a")).toBe(20);
    await cluster.write(w.remove("a"));
    expect(w.isEmpty).toBe(true);
  });

  it("remove_all_entries", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
      ]),
    );
    for (const key of [1, 2]) await cluster.write(w.remove(key));
    await cluster.write(w.insert(30, 3, 3));
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([[30, 3, 3]]);
  });

  it("remove_keys", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
        [30, 3, 3],
      ]),
    );
    await cluster.write(w.removeMany([1, 3, 99]));
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([[20, 2, 2]]);
    expect(await cluster.write(w.removeMany([]))).toBe(w.version);
  });

  it("remove_range_empty", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.removeRange({ from: 1, to: 10 }));
    await cluster.write(w.removeRange({ from: 10, to: 1 }));
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
  });

  it("iter_ordering_after_mutations", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [50, 1, 1],
        [10, 2, 2],
        [30, 3, 3],
        [20, 4, 4],
        [40, 5, 5],
      ]),
    );
    await cluster.write(w.remove(3));
    await cluster.write(w.updatePriority(2, 60));
    await cluster.settle(w, r);
    expect(triples(r).map(([priority]) => priority)).toEqual([20, 40, 50, 60]);
    expect(triples(r, "descending").map(([priority]) => priority)).toEqual([60, 50, 40, 20]);
  });

  it("compare_exchange_value_success", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(10, 1, 100));
    const swap = w.compareExchangeValue(1, { expected: 100, next: 200 });
    expect(await cluster.write(swap)).toMatchObject({ exchanged: true });
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([[10, 1, 200]]);
  });

  it("compare_exchange_value_remove", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(10, 1, 100));
    expect(await cluster.write(w.compareExchangeValue(1, { expected: 100 }))).toMatchObject({ exchanged: true });
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
  });

  it("compare_exchange_value_mismatch", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(10, 1, 100));
    const swap = w.compareExchangeValue(1, { expected: 99, next: 200 });
    expect(await cluster.write(swap)).toMatchObject({ exchanged: false });
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([[10, 1, 100]]);
  });

  it("compare_exchange_value_missing_key", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    const swap = w.compareExchangeValue(1, { expected: 99, next: 200 });
    expect(await cluster.write(swap)).toMatchObject({ exchanged: false });
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
  });

  it("compare_exchange_value_replicates_to_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 1, readers: 2 });
    const w = writers[0]!;
    await cluster.write(w.insert(10, 1, 100));
    await cluster.write(w.compareExchangeValue(1, { expected: 100, next: 200 }));
    await cluster.settle(w, ...readers);
    for (const r of readers) expect(r.get(1)).toBe(200);
  });

  it("compare_exchange_value_chained", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(10, 1, 1));
    for (const [expected, next] of [
      [1, 2],
      [2, 3],
      [3, 4],
    ] as const) {
      expect(await cluster.write(w.compareExchangeValue(1, { expected, next }))).toMatchObject({ exchanged: true });
    }
    await cluster.settle(w, r);
    expect(r.get(1)).toBe(4);
  });

  it("compare_exchange_value_preserves_priority", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
      ]),
    );
    await cluster.write(w.compareExchangeValue(1, { expected: 1, next: 11 }));
    await cluster.settle(w, r);
    expect([r.priorityOf(1), r.min]).toEqual([10, { priority: 10, key: 1, value: 11 }]);
  });

  it("compare_exchange_value_mixed_with_mutations", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.insert(10, 1, 1));
    await cluster.write(w.compareExchangeValue(1, { expected: 1, next: 2 }));
    await cluster.write(w.updateValue(1, 3));
    expect(await cluster.write(w.compareExchangeValue(1, { expected: 2, next: 4 }))).toMatchObject({
      exchanged: false,
    });
    await cluster.write(w.updatePriority(1, 30));
    await cluster.write(w.compareExchangeValue(1, { expected: 3, next: 5 }));
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([[30, 1, 5]]);
  });

  it("compare_exchange_value_catchup", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
      ]),
    );
    await cluster.write(w.compareExchangeValue(1, { expected: 1, next: 11 }));
    await cluster.write(w.compareExchangeValue(2, { expected: 2 }));
    const r = await cluster.lateReader(Numbers);
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([[10, 1, 11]]);
  });

  it("compare_exchange_value_remove_affects_minmax", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
        [30, 3, 3],
      ]),
    );
    await cluster.write(w.compareExchangeValue(1, { expected: 1 }));
    await cluster.write(w.compareExchangeValue(3, { expected: 3 }));
    await cluster.settle(w, r);
    expect([r.min?.key, r.max?.key]).toEqual([2, 2]);
  });

  it("construct_from_def", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const w = await cluster.online(Numbers.writer(a!));
    const r = await cluster.online(Numbers.reader(b!));
    await cluster.write(w.insert(10, 1, 1));
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([[10, 1, 1]]);
  });

  it("construct_from_macro", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const both = Promise.all([Numbers.onlineWriter(a!), Numbers.onlineReader(b!)]);
    const [w, r] = await cluster.nodes.within(15_000, both, "both to be online");
    await cluster.write(w.insert(10, 1, 1));
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([[10, 1, 1]]);
  });

  it("bounded_evicts_lowest_priority", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Three);
    for (const priority of [10, 20, 30, 40]) await cluster.write(w.insert(priority, priority, priority));
    await cluster.settle(w, r);
    for (const one of [w, r])
      expect(triples(one)).toEqual([
        [20, 20, 20],
        [30, 30, 30],
        [40, 40, 40],
      ]);
    expect(r.capacity).toBe(3);
  });

  it("bounded_insert_lower_than_all", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Three);
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
        [30, 3, 3],
      ]),
    );
    await cluster.write(w.insert(5, 4, 4));
    await cluster.settle(w, r);
    expect([r.size, r.has(4)]).toEqual([3, false]);
  });

  it("bounded_extend_evicts_multiple", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Three);
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
      ]),
    );
    await cluster.write(
      w.extend([
        [30, 3, 3],
        [40, 4, 4],
        [50, 5, 5],
      ]),
    );
    await cluster.settle(w, r);
    expect(triples(r).map(([priority]) => priority)).toEqual([30, 40, 50]);
  });

  it("bounded_update_priority_no_eviction", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Three);
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
        [30, 3, 3],
      ]),
    );
    await cluster.write(w.updatePriority(1, 50));
    await cluster.settle(w, r);
    expect(triples(r).map(([, key]) => key)).toEqual([2, 3, 1]);
  });

  it("bounded_upsert_no_eviction", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Three);
    await cluster.write(
      w.extend([
        [10, 1, 1],
        [20, 2, 2],
        [30, 3, 3],
      ]),
    );
    await cluster.write(w.insert(15, 1, 11));
    await cluster.settle(w, r);
    expect(triples(r)).toEqual([
      [15, 1, 11],
      [20, 2, 2],
      [30, 3, 3],
    ]);
  });

  it("bounded_collection_macro", async () => {
    const { cluster } = context;
    const Five = collection.priorityQueue("five", u64, u64, u64, { capacity: 5 });
    const [w, r] = await cluster.pair(Five);
    for (let i = 0; i < 8; i++) await cluster.write(w.insert(i, i, i));
    await cluster.settle(w, r);
    expect([r.size, r.capacity, r.min?.key]).toEqual([5, 5, 3]);
  });
});
