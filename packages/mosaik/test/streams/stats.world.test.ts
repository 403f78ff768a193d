import { describe, expect, it } from "vitest";
import type { Network } from "../../src/node/index.js";
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

describe("the metrics of streams", () => {
  const context = useNodes();

  const value = ({ metrics }: Network, name: string): number | undefined =>
    metrics.samples().find((sample) => sample.name === `mosaik.streams.${name}`)?.value;

  it("have Rust's names, count each datum once, and go down again", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(Data1);
    const consumer = n1!.streams.consume(Data1);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.send("test"));
    await nodes.within(5000, producer.send("other"));
    for (const text of ["test", "other"]) expect(await nodes.within(5000, consumer.recv())).toBe(text);
    await nodes.until(() => producer.stats().datums === 2, 5000, "both to be taken");

    const atProducer = [
      "producers.active",
      "producer.consumers",
      "producer.consumers.accepted",
      "connections.accepted",
    ];
    expect(atProducer.map((name) => value(n0!, name))).toEqual([1, 1, 1, 1]);
    const atConsumer = ["consumers.active", "consumer.producers"];
    expect(atConsumer.map((name) => value(n1!, name))).toEqual([1, 1]);
    expect([value(n0!, "producer.items.sent"), value(n0!, "producer.bytes.sent")]).toEqual([2, 11]);
    expect([value(n1!, "consumer.items.received"), value(n1!, "consumer.bytes.received")]).toEqual([2, 11]);
    for (const node of [n0!, n1!]) expect([value(node, "datums.total"), value(node, "bytes.total")]).toEqual([2, 11]);

    await nodes.within(5000, producer.close(), "the producer to close");
    await nodes.until(() => value(n1!, "consumer.producers") === 0, 5000, "its consumer to let go");
    await nodes.within(5000, consumer.close(), "the consumer to close");
    expect([value(n0!, "producers.active"), value(n0!, "producer.consumers")]).toEqual([0, 0]);
    expect(value(n1!, "consumers.active")).toBe(0);
  });

  it("add up the producers of several consumers, and forget those of one that closes", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    for (const node of [n0!, n1!]) node.streams.produce(Data1);
    const consumers = [n2!.streams.consume(Data1), n2!.streams.consume(Data1)];
    await nodes.discoverAll(n0!, n1!, n2!);
    const both = consumers.map((consumer) => consumer.when().subscribed().minimumOf(2).toPromise());
    await nodes.within(5000, Promise.all(both), "each to have both producers");
    expect(value(n2!, "consumer.producers")).toBe(4);
    await nodes.within(5000, consumers[0]!.close(), "a consumer to close");
    expect(value(n2!, "consumer.producers")).toBe(2);
    await nodes.within(5000, consumers[1]!.close(), "the other to close");
    expect([value(n2!, "consumer.producers"), value(n2!, "consumers.active")]).toEqual([0, 0]);
  });
});
