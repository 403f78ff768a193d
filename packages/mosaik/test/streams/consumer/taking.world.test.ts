import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import type { Network } from "../../../src/node/index.js";
import type { Consumer, ConsumerOptions, Producer } from "../../../src/streams/index.js";
import { useNodes } from "../../nodes.js";

describe("ways to take datums", () => {
  const context = useNodes();

  async function connect(options: ConsumerOptions = {}): Promise<{
    nodes: (typeof context)["nodes"];
    producing: Network;
    producer: Producer<number>;
    consumer: Consumer<number>;
  }> {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(t.u32);
    const consumer = n1!.streams.consume(t.u32, options);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().online());
    return { nodes, producing: n0!, producer, consumer };
  }

  const send = async (producer: Producer<number>, from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) await producer.send(i);
  };
  const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

  it("items come with their producers", async () => {
    const { nodes } = context;
    const [n0, n1, n2] = await nodes.joinMany(3);
    const consumer = n2!.streams.consume(t.u32);
    const producers = [n0!, n1!].map((node) => node.streams.produce(t.u32));
    await nodes.discoverAll(n0!, n1!, n2!);
    for (const producer of producers) await nodes.within(5000, producer.when().online());
    for (const [i, producer] of producers.entries()) await nodes.within(5000, producer.send(i));
    const taken = new Map<string, number>();
    const items = consumer.items();
    while (taken.size < 2) {
      const { value } = await nodes.within(5000, Promise.resolve(items.next()));
      taken.set(value!.producer.hex, value!.datum);
    }
    expect(taken).toEqual(
      new Map([
        [n0!.local.id.hex, 0],
        [n1!.local.id.hex, 1],
      ]),
    );
  });

  it("batches hold everything once, in order, and can be mixed with single datums", async () => {
    const { nodes, producer, consumer } = await connect();
    const total = 20_000;
    const sending = send(producer, 0, total);
    const taken = [(await nodes.within(5000, consumer.recv()))!];
    const batches = consumer.batches();
    let batchCount = 0;
    while (taken.length < total) {
      const { value } = await nodes.within(5000, Promise.resolve(batches.next()));
      taken.push(...value!);
      batchCount++;
    }
    await sending;
    expect(taken).toEqual(numbers(0, total));
    expect(batchCount).toBeLessThan(total / 10);
    expect(consumer.stats().datums).toBe(total);
    expect(consumer.stats().bytes).toBe(taken.reduce((sum, datum) => sum + t.u32.encode(datum).length, 0));
  });

  it("a web stream gives them with back-pressure, and cancelling it closes the consumer", async () => {
    const { nodes, producer, consumer } = await connect();
    await nodes.within(5000, send(producer, 0, 100));
    const reader = consumer.readable.getReader();
    for (let i = 0; i < 50; i++) expect((await nodes.within(5000, reader.read())).value).toBe(i);
    expect(consumer.stats().datums).toBe(50);
    const reading = reader.read();
    expect((await nodes.within(5000, reading)).value).toBe(50);
    await nodes.within(5000, reader.cancel());
    await nodes.within(5000, producer.when().unsubscribed(), "the consumer to leave");
    // What was received can still be taken.
    expect(consumer.tryRecv()).toEqual({ datum: 51 });
  });

  it("a web stream that waits can be cancelled, and ends with the consumer", async () => {
    const { nodes, consumer } = await connect();
    const waiting = consumer.readable.getReader();
    const read = waiting.read();
    await nodes.within(5000, waiting.cancel());
    expect((await nodes.within(5000, read)).done).toBe(true);
    expect((await nodes.within(5000, consumer.readable.getReader().read())).done).toBe(true);
  });

  it("an aborted wait loses no datum, whatever was waited for", async () => {
    const { nodes, producer, consumer } = await connect();
    const aborter = new AbortController();
    const { signal } = aborter;
    const waits = [
      consumer.recv({ signal }),
      consumer.datums({ signal }).next(),
      consumer.items({ signal }).next(),
      consumer.batches({ signal }).next(),
    ];
    const patient = consumer.recv();
    const outcomes = waits.map((wait) => expect(wait).rejects.toThrow("enough"));
    aborter.abort(new Error("enough"));
    await nodes.within(1000, Promise.all(outcomes));
    await expect(consumer.recv({ signal })).rejects.toThrow("enough");
    await expect(consumer.datums({ signal }).next()).rejects.toThrow("enough");
    await nodes.within(5000, send(producer, 0, 2));
    expect(await nodes.within(5000, patient)).toBe(0);
    expect(await nodes.within(5000, consumer.recv())).toBe(1);
  });

  it("several who wait get one datum each, in the order of their asking", async () => {
    const { nodes, producer, consumer } = await connect();
    const waits = [1, 2, 3].map(() => consumer.recv());
    await nodes.within(5000, send(producer, 0, 3));
    expect(await nodes.within(5000, Promise.all(waits))).toEqual([0, 1, 2]);
  });

  it("leaving a loop closes the consumer, and its close ends every wait", async () => {
    const { nodes, producer, consumer } = await connect();
    await nodes.within(5000, send(producer, 0, 3));
    await nodes.until(() => consumer.producers()[0]?.stats.datums === 3, 5000, "three datums");
    for await (const datum of consumer) if (datum === 1) break;
    await nodes.within(5000, producer.when().unsubscribed());
    expect(await consumer.recv()).toBe(2);
    expect(await consumer.recv()).toBeUndefined();
    expect(consumer.tryRecv()).toBeUndefined();
    expect((await consumer.events().next()).done).toBe(true);
    await expect(consumer.when().subscribed().toPromise()).rejects.toMatchObject({ code: "closed" });
  });
});
