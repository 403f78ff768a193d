import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import type { Producer } from "../../../src/streams/index.js";
import { useNodes } from "../../nodes.js";
import { happeningsAt } from "./happenings.js";

describe("sending", () => {
  const context = useNodes();

  async function pair(): Promise<{ producer: Producer<number>; take: (count: number) => Promise<number[]> }> {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const Number32 = t.u32;
    const producer = n0!.streams.produce(Number32);
    const consumer = n1!.streams.consume(Number32);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().online(), "the consumer");
    const take = async (count: number): Promise<number[]> => {
      const taken: number[] = [];
      while (taken.length < count) taken.push((await nodes.within(5000, consumer.recv(), `datum ${taken.length}`))!);
      return taken;
    };
    return { producer, take };
  }
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

  it("in batches: all of them, in order; up to the first that fails", async () => {
    const { producer, take } = await pair();
    const { nodes } = context;
    await nodes.within(5000, producer.sendBatch(upTo(50_000)), "the batch");
    expect(await take(50_000)).toEqual(upTo(50_000));
    const failing = producer.sendBatch([1, 2, -3, 4]);
    await expect(nodes.within(1000, failing)).rejects.toMatchObject({ code: "encoding", datum: -3 });
    await nodes.within(1000, producer.send(5));
    expect(await take(3)).toEqual([1, 2, 5]);
  });

  it("through a web stream, which closes the producer", async () => {
    const { producer, take } = await pair();
    const { nodes } = context;
    const source = new ReadableStream<number>({
      start(controller) {
        for (const number of upTo(1000)) controller.enqueue(number);
        controller.close();
      },
    });
    const piping = source.pipeTo(producer.writable);
    expect(await take(1000)).toEqual(upTo(1000));
    await nodes.within(5000, piping, "the pipe to end");
    expect(() => producer.trySend(1)).toThrow(expect.objectContaining({ code: "closed" }));
  });

  // A virtual clock stands still while the program runs: only a real one tells how long a turn takes.
  it.runIf(process.env["MOSAIK_WORLD"] === "live")("does not keep other work from running", async () => {
    const { producer, take } = await pair();
    const { nodes } = context;
    let turns = 0;
    let isDone = false;
    const counting = (async () => {
      while (!isDone) {
        turns++;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const taking = take(200_000);
    await nodes.within(20_000, producer.sendBatch(upTo(200_000)), "the batch");
    isDone = true;
    await counting;
    expect(turns).toBeGreaterThan(1);
    await taking;
  });
});

describe("a large datum", () => {
  const context = useNodes();
  const MIB = 1024 * 1024;

  it("over the frame limit is refused before it touches the wire", async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.produce(t.bytes);
    const consumer = n1!.streams.consume(t.bytes);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().online(), "the consumer");
    const sentBytes = (): number => n0!.metrics.counter("mosaik.network.egress.bytes").value;
    const before = sentBytes();
    const sending = producer.send(new Uint8Array(200 * MIB));
    await expect(nodes.within(20_000, sending)).rejects.toMatchObject({ code: "tooLarge" });
    expect(sentBytes() - before).toBeLessThan(MIB);
    await nodes.within(1000, producer.send(Uint8Array.of(1)));
    expect(await nodes.within(5000, consumer.recv())).toEqual(Uint8Array.of(1));
  });

  it("within a raised limit goes through in slices, without stalling and in order", { timeout: 120_000 }, async () => {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2, "test", { frameLimitBytes: 256 * MIB });
    const producer = n0!.streams.produce(t.bytes);
    const happenings = happeningsAt(producer);
    const consumer = n1!.streams.consume(t.bytes);
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().online(), "the consumer");
    const large = new Uint8Array(200 * MIB);
    for (let i = 0; i < large.length; i += 4096) large[i] = i / 4096;
    await nodes.within(20_000, producer.send(Uint8Array.of(1)));
    await nodes.within(60_000, producer.send(large), "the large datum to be taken in");
    await nodes.within(60_000, producer.send(Uint8Array.of(3)), "the one behind it to be taken in");
    expect(await nodes.within(5000, consumer.recv())).toEqual(Uint8Array.of(1));
    const received = (await nodes.within(90_000, consumer.recv(), "the large datum"))!;
    expect(received.length).toBe(large.length);
    expect(Buffer.compare(received, large)).toBe(0);
    expect(await nodes.within(5000, consumer.recv())).toEqual(Uint8Array.of(3));
    expect(happenings.of("disconnected")).toEqual([]);
  });
});
