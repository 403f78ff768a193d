import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import type { Network } from "../../../src/node/index.js";
import { type Consumer, type ConsumerOptions, type Producer } from "../../../src/streams/index.js";
import { useNodes } from "../../nodes.js";
import { recorded } from "../recorded.js";

describe("the queue of a consumer", () => {
  const context = useNodes();

  async function connect(options: ConsumerOptions): Promise<{
    node: Network;
    producer: Producer<number>;
    consumer: Consumer<number>;
    counter: (name: string) => number;
  }> {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(t.u32);
    const consumer = n1!.streams.consume(t.u32, options);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().online());
    const node = n1!;
    const counter = (name: string): number =>
      node.metrics.samples().find((sample) => sample.name === `mosaik.streams.consumer.${name}`)?.value ?? 0;
    return { node, producer, consumer, counter };
  }

  /** Sends the numbers below `count`, and waits until the consumer's connection has brought them all. */
  async function sendAll(producer: Producer<number>, consumer: Consumer<number>, count: number): Promise<void> {
    for (let i = 0; i < count; i++) await context.nodes.within(5000, producer.send(i));
    const arrived = (): boolean => consumer.producers()[0]!.stats.datums === count;
    await context.nodes.until(arrived, 5000, "all to arrive");
  }

  it("dropOldest: keeps the newest, counts what it gives up, and holds nobody back", async () => {
    const { producer, consumer, counter } = await connect({ whenFull: "dropOldest", bufferItems: 100 });
    const events = recorded(consumer.events());
    await sendAll(producer, consumer, 5000);
    const taken: number[] = [];
    for (let next = consumer.tryRecv(); next !== undefined; next = consumer.tryRecv()) taken.push(next.datum);
    expect(taken).toEqual(Array.from({ length: 100 }, (_, i) => 4900 + i));
    await context.nodes.until(() => events.some(({ kind }) => kind === "dropped"), 1000, "the event");
    const told = events.reduce((sum, event) => sum + (event.kind === "dropped" ? event.count : 0), 0);
    expect([told, counter("items.dropped"), consumer.producers()[0]!.stats.dropped]).toEqual([4900, 4900, 4900]);
  });

  it("dropNewest: keeps the oldest", async () => {
    const { producer, consumer, counter } = await connect({ whenFull: "dropNewest", bufferItems: 100 });
    await sendAll(producer, consumer, 5000);
    const taken: number[] = [];
    for (let next = consumer.tryRecv(); next !== undefined; next = consumer.tryRecv()) taken.push(next.datum);
    expect(taken).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(counter("items.dropped")).toBe(4900);
  });

  it("dropOldest by bytes: the payloads that are kept are within the limit", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(t.bytes);
    const consumer = n1!.streams.consume(t.bytes, { whenFull: "dropOldest", bufferBytes: 10_000 });
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().online());
    for (let i = 0; i < 50; i++) await nodes.within(5000, producer.send(new Uint8Array(998).fill(i)));
    await nodes.until(() => consumer.producers()[0]!.stats.datums === 50, 5000, "all to arrive");
    const taken: number[] = [];
    for (let next = consumer.tryRecv(); next !== undefined; next = consumer.tryRecv()) taken.push(next.datum[0]!);
    expect(taken).toEqual(Array.from({ length: 10 }, (_, i) => 40 + i));
  });

  it("pause: decodes no more than it may keep, holds the producer back, and loses nothing", async () => {
    const { producer, consumer, counter } = await connect({ bufferItems: 100, bufferBytes: 1000 });
    const total = 300_000;
    let sent = 0;
    const sending = (async () => {
      for (; sent < total; sent++) await producer.send(sent);
    })();
    const arrived = (): number => consumer.producers()[0]!.stats.datums;
    await context.nodes.until(() => arrived() > 0 && producer.stats().queued > 1000, 10_000, "all queues to be full");
    expect(sent).toBeLessThan(total);
    expect(arrived()).toBe(100);
    for (let i = 0; i < total; i++) {
      const next = consumer.tryRecv();
      const datum = next === undefined ? await context.nodes.within(10_000, consumer.recv()) : next.datum;
      if (datum !== i) expect(datum).toBe(i);
    }
    await context.nodes.within(5000, sending);
    expect(counter("items.dropped")).toBe(0);
  });

  it("stalls for ever: the producer closes it with 10413, tells so, and takes it again later", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(t.bytes, { noProgressLimitMs: 1000 });
    const consumer = n1!.streams.consume(t.bytes, { bufferBytes: 64 * 1024 });
    const events = recorded(consumer.events());
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().online());
    void (async () => {
      for (;;) await producer.send(new Uint8Array(64 * 1024));
    })().catch(() => {});
    const end = (): unknown => events.find(({ kind }) => kind === "disconnected");
    await nodes.until(() => end() !== undefined, 10_000, "the consumer to be closed");
    expect(end()).toMatchObject({ code: 10413 });
    expect(events).toContainEqual({ kind: "gap", producer: n0!.local.id, cause: "break", lost: undefined });
    const connections = (): number => events.filter(({ kind }) => kind === "connected").length;
    await nodes.until(() => connections() === 2, 20_000, "the consumer to be taken again");
  });

  it("refuses options that make no sense", async () => {
    const node = await context.nodes.join("n0");
    for (const options of [{ bufferItems: 0 }, { bufferBytes: NaN }, { maxProducers: 0 }, { whenFull: "explode" }]) {
      expect(() => node.streams.consume(t.u32, options as ConsumerOptions)).toThrow(
        expect.objectContaining({ code: "invalidOption" }),
      );
    }
  });
});
