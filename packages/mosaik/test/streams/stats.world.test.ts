import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { Data1 } from "./data.js";

const counts = ({ stats }: { stats: { datums: number; bytes: number } }): number[] => [stats.datums, stats.bytes];

describe("tests/streams/stats.rs", () => {
  const context = useNodes();

  it("producer", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const producer = n0!.streams.produce(Data1);
    const first = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!, n2!);
    await nodes.within(5000, producer.when().subscribed(), "the first consumer");
    expect(producer.consumers().map(counts)).toEqual([[0, 0]]);

    await producer.send("test");
    expect(await nodes.within(5000, first.recv())).toBe("test");
    expect(producer.consumers().map(counts)).toEqual([[1, 5]]);
    expect(first.producers().map(counts)).toEqual([[1, 5]]);
    expect(producer.consumers()[0]!.stats.uptimeMs).toBeGreaterThan(0);

    const second = n2!.streams.consume(Data1);
    await nodes.within(5000, producer.when().subscribed().minimumOf(2), "the second consumer");
    await producer.send("test2");
    expect(await nodes.within(5000, first.recv())).toBe("test2");
    expect(await nodes.within(5000, second.recv())).toBe("test2");
    const byConsumer = new Map(producer.consumers().map((info) => [info.consumerId, counts(info)]));
    expect(byConsumer.get(n1!.local.id)).toEqual([2, 11]);
    expect(byConsumer.get(n2!.local.id)).toEqual([1, 6]);
    expect(second.producers().map(counts)).toEqual([[1, 6]]);
  });

  it("consumer", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const producers = [n0!.streams.produce(Data1), n1!.streams.produce(Data1)];
    const consumer = n2!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!, n2!);
    await nodes.within(5000, consumer.when().subscribed().minimumOf(2), "both producers");
    for (const producer of producers) await nodes.within(5000, producer.when().online(), "a producer to be online");

    await producers[0]!.send("test1");
    expect(await nodes.within(5000, consumer.recv())).toBe("test1");
    await producers[1]!.send("test2");
    expect(await nodes.within(5000, consumer.recv())).toBe("test2");
    await producers[0]!.send("test3");
    expect(await nodes.within(5000, consumer.recv())).toBe("test3");

    const byProducer = new Map(consumer.producers().map((info) => [info.producerId, counts(info)]));
    expect(byProducer.get(n0!.local.id)).toEqual([2, 12]);
    expect(byProducer.get(n1!.local.id)).toEqual([1, 6]);
    expect(counts({ stats: consumer.stats() })).toEqual([3, 18]);
  });
});
