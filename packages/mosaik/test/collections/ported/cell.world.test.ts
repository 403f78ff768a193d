import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { collection } from "../../../src/collections/index.js";
import { useCluster } from "../cluster.js";

const Numbers = collection.cell("number", t.u64.asNumber());

/** Rust's tests/collections/cell.rs. */
describe("cell", () => {
  const context = useCluster();

  it("smoke_no_catchup", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect([r.value, r.isEmpty, r.size]).toEqual([undefined, true, 0]);
    await cluster.write(w.set(1));
    await cluster.settle(w, r);
    expect([r.value, r.isEmpty, r.size]).toEqual([1, false, 1]);
    await cluster.write(w.compareExchange({ expected: 1, next: 2 }));
    await cluster.settle(w, r);
    expect(r.value).toBe(2);
    await cluster.write(w.clear());
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
  });

  it("catchup_single_reader", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.writeEach(0, 100, (i) => w.set(i));
    const r = await cluster.lateReader(Numbers);
    await cluster.settle(w, r);
    expect(r.value).toBe(99);
    await cluster.write(w.set(1000));
    await cluster.settle(w, r);
    expect(r.value).toBe(1000);
  });

  it("multiple_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 1, readers: 3 });
    const w = writers[0]!;
    for (const value of [1, 2]) {
      await cluster.write(w.set(value));
      await cluster.settle(w, ...readers);
      for (const r of readers) expect(r.value).toBe(value);
    }
    await cluster.write(w.clear());
    await cluster.settle(w, ...readers);
    for (const r of readers) expect(r.isEmpty).toBe(true);
  });

  it("multiple_writers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 2, readers: 1 });
    for (let i = 0; i < 6; i++) await cluster.write(writers[i % 2]!.set(i));
    await cluster.settle(...writers, ...readers);
    for (const one of [...writers, ...readers]) expect(one.value).toBe(5);
  });

  it("catchup_multiple_readers", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.writeEach(0, 50, (i) => w.set(i));
    const first = await cluster.lateReader(Numbers);
    await cluster.writeEach(50, 30, (i) => w.set(i));
    const second = await cluster.lateReader(Numbers);
    await cluster.settle(w, first, second);
    expect([first.value, second.value]).toEqual([79, 79]);
  });

  it("overwrite_keeps_latest", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    for (const value of [1, 2, 3]) await cluster.write(w.set(value));
    await cluster.settle(w, r);
    expect(r.value).toBe(3);
  });

  it("clear_then_write", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.set(1));
    await cluster.write(w.clear());
    await cluster.write(w.set(2));
    await cluster.settle(w, r);
    expect(r.value).toBe(2);
  });

  it("clear_empty", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.clear());
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
    await cluster.write(w.set(1));
    await cluster.settle(w, r);
    expect(r.value).toBe(1);
  });

  it("many_writers_many_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 2, readers: 2 });
    await cluster.write(writers[0]!.set(1));
    await cluster.write(writers[1]!.set(2));
    await cluster.write(writers[0]!.clear());
    await cluster.write(writers[1]!.set(3));
    await cluster.settle(...writers, ...readers);
    for (const one of [...writers, ...readers]) expect(one.value).toBe(3);
  });

  it("late_writer_catchup", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.writeEach(0, 20, (i) => w.set(i));
    const late = await cluster.lateWriter(Numbers);
    await cluster.settle(w, late);
    expect(late.value).toBe(19);
    await cluster.write(late.set(20));
    await cluster.settle(w, r, late);
    expect([w.value, r.value]).toEqual([20, 20]);
  });

  it("writer_reads_own_writes", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.write(w.set(1));
    expect(w.value).toBe(1);
    await cluster.write(w.clear());
    expect(w.value).toBeUndefined();
  });

  it("compare_exchange_success", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.set(1));
    expect(await cluster.write(w.compareExchange({ expected: 1, next: 2 }))).toMatchObject({ exchanged: true });
    await cluster.settle(w, r);
    expect(r.value).toBe(2);
  });

  it("compare_exchange_from_none", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect(await cluster.write(w.compareExchange({ next: 2 }))).toMatchObject({ exchanged: true });
    await cluster.settle(w, r);
    expect(r.value).toBe(2);
  });

  it("compare_exchange_to_none", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.set(1));
    expect(await cluster.write(w.compareExchange({ expected: 1 }))).toMatchObject({ exchanged: true });
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
  });

  it("compare_exchange_mismatch_no_change", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.set(1));
    expect(await cluster.write(w.compareExchange({ expected: 9, next: 2 }))).toMatchObject({ exchanged: false });
    await cluster.settle(w, r);
    expect(r.value).toBe(1);
  });

  it("compare_exchange_mismatch_on_empty", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    expect(await cluster.write(w.compareExchange({ expected: 9, next: 2 }))).toMatchObject({ exchanged: false });
    await cluster.settle(w, r);
    expect(r.isEmpty).toBe(true);
  });

  it("compare_exchange_replicates_to_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Numbers, { writers: 1, readers: 2 });
    const w = writers[0]!;
    await cluster.write(w.set(1));
    await cluster.write(w.compareExchange({ expected: 1, next: 2 }));
    await cluster.settle(w, ...readers);
    for (const r of readers) expect(r.value).toBe(2);
  });

  it("compare_exchange_chained", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    const steps = [{ next: 1 }, { expected: 1, next: 2 }, { expected: 2, next: 3 }, { expected: 3 }];
    for (const step of steps) {
      expect(await cluster.write(w.compareExchange(step))).toMatchObject({ exchanged: true });
      await cluster.settle(w, r);
      expect(r.value).toBe("next" in step ? step.next : undefined);
    }
  });

  it("compare_exchange_mixed_with_write_clear", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    await cluster.write(w.set(1));
    await cluster.write(w.compareExchange({ expected: 1, next: 2 }));
    await cluster.write(w.set(3));
    expect(await cluster.write(w.compareExchange({ expected: 2, next: 4 }))).toMatchObject({ exchanged: false });
    await cluster.write(w.clear());
    await cluster.write(w.compareExchange({ next: 5 }));
    await cluster.settle(w, r);
    expect(r.value).toBe(5);
  });

  it("compare_exchange_none_to_none", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    const before = w.version;
    const { version, exchanged } = await cluster.write(w.compareExchange({}));
    expect([version > before, exchanged, w.isEmpty]).toEqual([true, true, true]);
    await cluster.write(w.set(1));
    await cluster.settle(w, r);
    expect(r.value).toBe(1);
  });

  it("compare_exchange_catchup", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Numbers, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.write(w.set(1));
    await cluster.write(w.compareExchange({ expected: 1, next: 2 }));
    const r = await cluster.lateReader(Numbers);
    await cluster.settle(w, r);
    expect(r.value).toBe(2);
  });

  it("write_clear_cycle", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Numbers);
    for (let i = 0; i < 5; i++) {
      await cluster.write(w.set(i));
      await cluster.settle(w, r);
      expect(r.value).toBe(i);
      await cluster.write(w.clear());
      await cluster.settle(w, r);
      expect(r.isEmpty).toBe(true);
    }
  });

  it("construct_from_def", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const w = await cluster.online(Numbers.writer(a!));
    const r = await cluster.online(Numbers.reader(b!));
    await cluster.write(w.set(1));
    await cluster.settle(w, r);
    expect(r.value).toBe(1);
  });

  it("construct_from_macro", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const both = Promise.all([Numbers.onlineWriter(a!), Numbers.onlineReader(b!)]);
    const [w, r] = await cluster.nodes.within(15_000, both, "both to be online");
    await cluster.write(w.set(1));
    await cluster.settle(w, r);
    expect(r.value).toBe(1);
  });
});
