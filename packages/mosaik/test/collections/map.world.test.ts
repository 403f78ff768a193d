import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";

const ONLINE_MS = 15_000;

describe("map", () => {
  const context = useNodes();

  it("smoke_no_catchup", async () => {
    const { nodes } = context;
    const [a, b] = await nodes.joinMany(2);
    await nodes.discoverAll(a!, b!);
    const writer = a!.collections.mapWriter("scores", t.string, t.u64.asNumber());
    const reader = b!.collections.mapReader("scores", t.string, t.u64.asNumber());
    await nodes.within(ONLINE_MS, writer.when().online(), "the writer to be online");
    await nodes.within(ONLINE_MS, reader.when().online(), "the reader to be online");
    const version = await nodes.within(2000, writer.insert("alice", 42));
    expect(writer.get("alice")).toBe(42);
    await nodes.within(2000, reader.when().reaches(version), "the reader to have it");
    expect([...reader]).toEqual([["alice", 42]]);
    const exchange = (next: number) => nodes.within(2000, writer.compareExchange("alice", { expected: 42, next }));
    expect(await exchange(43)).toMatchObject({ exchanged: true });
    expect(await exchange(44)).toMatchObject({ exchanged: false });
  });

  it.each([100, 10_000])("catches up with %d entries", async (count) => {
    const { nodes } = context;
    const [a, b, c] = await nodes.joinMany(3);
    await nodes.discoverAll(a!, b!, c!);
    const writer = a!.collections.mapWriter("scores", t.u64.asNumber(), t.string, { sync: { fetchBatchSize: 1000 } });
    const reader = b!.collections.mapReader("scores", t.u64.asNumber(), t.string, { sync: { fetchBatchSize: 1000 } });
    await nodes.within(ONLINE_MS, reader.when().online(), "the reader to be online");
    const entries = Array.from({ length: count }, (_, i) => [i, `value ${i}`] as const);
    const version = await nodes.within(2000, writer.extend(entries));
    await nodes.within(2000, reader.when().reaches(version), "the reader to have it");
    const late = c!.collections.mapReader("scores", t.u64.asNumber(), t.string, { sync: { fetchBatchSize: 1000 } });
    await nodes.within(5000, late.when().reaches(version), "the late one to have it");
    await nodes.within(5000, late.when().online(), "the late one to be online");
    expect(late.size).toBe(count);
    for (let i = 0; i < count; i++) expect(late.get(i)).toBe(`value ${i}`);
    const next = await nodes.within(2000, writer.insert(count, "more"));
    await nodes.within(2000, late.when().reaches(next), "the late one to have more");
    expect(late.get(count)).toBe("more");
  });
});
