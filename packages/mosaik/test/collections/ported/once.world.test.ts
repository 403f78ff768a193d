import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { collection } from "../../../src/collections/index.js";
import { isSmoke, useCluster } from "../cluster.js";

const Text = collection.once("text", t.string);

/** Rust's tests/collections/once.rs. */
describe.skipIf(isSmoke)("once", () => {
  const context = useCluster();

  it("smoke", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Text);
    expect([r.value, r.isEmpty]).toEqual([undefined, true]);
    expect(await cluster.write(w.set("first"))).toMatchObject({ isFirst: true });
    await cluster.settle(w, r);
    expect([r.value, r.isEmpty]).toEqual(["first", false]);
    expect(await cluster.write(w.set("second"))).toMatchObject({ isFirst: false });
    await cluster.settle(w, r);
    expect(r.value).toBe("first");
  });

  it("catchup_single_reader", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Text, { writers: 1, readers: 0 });
    const w = writers[0]!;
    await cluster.writeEach(0, 20, async (i) => (await w.set(`value ${i}`)).version);
    const r = await cluster.lateReader(Text);
    await cluster.settle(w, r);
    expect(r.value).toBe("value 0");
    await cluster.write(w.set("later"));
    await cluster.settle(w, r);
    expect(r.value).toBe("value 0");
  });

  it("multiple_readers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Text, { writers: 1, readers: 3 });
    const w = writers[0]!;
    await cluster.write(w.set("first"));
    await cluster.write(w.set("second"));
    await cluster.settle(w, ...readers);
    for (const r of readers) expect(r.value).toBe("first");
  });

  it("multiple_writers", async () => {
    const { cluster } = context;
    const { writers, readers } = await cluster.open(Text, { writers: 2, readers: 1 });
    await cluster.write(writers[0]!.set("a"));
    await cluster.write(writers[1]!.set("b"));
    await cluster.settle(...writers, ...readers);
    for (const one of [...writers, ...readers]) expect(one.value).toBe("a");
  });

  it("writer_reads_own_write", async () => {
    const { cluster } = context;
    const { writers } = await cluster.open(Text, { writers: 1, readers: 0 });
    await cluster.write(writers[0]!.set("own"));
    expect(writers[0]!.value).toBe("own");
  });

  it("await_value", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Text);
    const pending = r.awaitValue();
    await cluster.write(w.set("awaited"));
    expect(await cluster.nodes.within(2000, pending, "the value")).toBe("awaited");
    expect(await cluster.nodes.within(100, r.awaitValue(), "the value that is there")).toBe("awaited");
  });

  it("late_writer_catchup", async () => {
    const { cluster } = context;
    const [w, r] = await cluster.pair(Text);
    await cluster.write(w.set("first"));
    const late = await cluster.lateWriter(Text);
    await cluster.settle(w, late);
    expect(late.value).toBe("first");
    expect(await cluster.write(late.set("late"))).toMatchObject({ isFirst: false });
    await cluster.settle(w, r, late);
    for (const one of [w, r, late]) expect(one.value).toBe("first");
  });

  it("construct_from_def", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const w = await cluster.online(Text.writer(a!));
    const r = await cluster.online(Text.readerOnly().reader(b!));
    await cluster.write(w.set("def"));
    await cluster.settle(w, r);
    expect(r.value).toBe("def");
  });

  it("construct_from_macro", async () => {
    const { cluster } = context;
    const [a, b] = await cluster.join(2);
    const both = Promise.all([Text.onlineWriter(a!), Text.onlineReader(b!)]);
    const [w, r] = await cluster.nodes.within(15_000, both, "both to be online");
    await cluster.write(w.set("macro"));
    await cluster.settle(w, r);
    expect(r.value).toBe("macro");
  });
});
