import { t } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import type { Network } from "../../../src/node/index.js";
import type { LagPolicy, Producer, ProducerOptions } from "../../../src/streams/index.js";
import { useNodes } from "../../nodes.js";
import { happeningsAt } from "./happenings.js";

const BLOCK_BYTES = 16 * 1024;
/** More than the transport, the consumer's window and the producer's queue hold together. */
const BLOCKS = 600;

const Block = t.struct("test::Block", { number: t.u32, filling: t.bytes });
type Block = t.Infer<typeof Block>;

const block = (number: number): Block => ({ number, filling: new Uint8Array(BLOCK_BYTES) });

function dropped(node: Network, producer: Producer<Block>): number {
  return node.metrics.counter("mosaik.streams.producer.items.dropped", { stream: producer.streamId.short() }).value;
}

describe("a consumer that does not take", () => {
  const context = useNodes();

  /** A producer with one consumer that is never read until `take`. */
  async function stalled(options: ProducerOptions<Block>): Promise<{
    node: Network;
    producer: Producer<Block>;
    /** Everything that comes, until the last block. */
    take: () => Promise<number[]>;
  }> {
    const { nodes } = context;
    const [n0, n1] = await nodes.joinMany(2);
    const producer = n0!.streams.producer(Block, options);
    const consumer = n1!.streams.consume(Block, { bufferBytes: 64 * 1024 });
    await nodes.discoverAll(n0!, n1!);
    await nodes.within(5000, producer.when().subscribed(), "the consumer");
    const take = async (): Promise<number[]> => {
      const numbers: number[] = [];
      for await (const { number } of consumer) {
        if (number === BLOCKS) break;
        numbers.push(number);
      }
      return numbers;
    };
    return { node: n0!, producer, take };
  }

  const isAscending = (numbers: number[]): boolean => numbers.every((number, i) => i === 0 || number > numbers[i - 1]!);

  it.each<[LagPolicy, "oldest" | "newest"]>([
    ["dropOldest", "oldest"],
    ["dropNewest", "newest"],
  ])("%s: `send` never waits, the %s are given up, and the rest is in order", async (lag, kind) => {
    const { nodes } = context;
    const bufferItems = 20;
    const { node, producer, take } = await stalled({ lag, bufferItems });
    const happenings = happeningsAt(producer);
    for (let i = 0; i < BLOCKS; i++) {
      await nodes.within(5000, producer.send(block(i)), `block ${i}`);
      expect(producer.stats().queued).toBeLessThanOrEqual(bufferItems + 8);
    }
    await nodes.until(() => producer.stats().queued > 0, 5000, "the last turn to end");
    const stats = producer.stats();
    expect(stats.dropped).toBeGreaterThan(100);
    expect(stats.sent).toBe(BLOCKS);
    expect(stats.datums + stats.queued + stats.dropped).toBe(BLOCKS);
    expect(producer.consumers()[0]!.stats).toMatchObject({ dropped: stats.dropped, queued: stats.queued });
    const taking = take();
    // The end is told once there is room for it.
    await nodes.until(() => producer.stats().queued === 0, 10_000, "the queue to be taken");
    await nodes.within(5000, producer.send(block(BLOCKS)));
    const taken = await nodes.within(10_000, taking, "the rest to arrive");
    expect(isAscending(taken)).toBe(true);
    expect(taken).toHaveLength(BLOCKS - stats.dropped);
    expect(taken[0]).toBe(0);
    // The queue kept the newest blocks, or those that came before it was full.
    if (kind === "oldest") expect(taken.slice(-bufferItems)).toEqual(lastOf(bufferItems));
    else expect(taken.slice(0, bufferItems)).toEqual(Array.from({ length: bufferItems }, (_, i) => i));
    expect(dropped(node, producer)).toBe(stats.dropped);
    const told = happenings.of("dropped");
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(stats.dropped);
    expect(new Set(told.map(({ policy }) => policy))).toEqual(new Set([lag]));
    expect(happenings.of("gap")).toEqual([]);
  });

  const lastOf = (count: number): number[] => Array.from({ length: count }, (_, i) => BLOCKS - count + i);

  it("disconnect: it is closed with 10413 as soon as its queue is full", async () => {
    const { nodes } = context;
    const { node, producer, take } = await stalled({
      lag: "disconnect",
      bufferItems: 20,
      onlineWhen: (c) => c.minimumOf(0),
    });
    const happenings = happeningsAt(producer);
    for (let i = 0; i < BLOCKS && happenings.of("disconnected").length === 0; i++) {
      await nodes.within(5000, producer.send(block(i)));
    }
    await nodes.until(() => happenings.of("gap").length > 0, 5000, "the consumer to be closed");
    expect(happenings.of("disconnected")[0]).toMatchObject({ code: 10413 });
    const { lost } = happenings.of("gap")[0]!;
    expect(lost).toBeGreaterThan(20);
    expect(dropped(node, producer)).toBe(lost);
    // What was sent last is counted as sent at once, and handed out at the end of its turn.
    const isAccounted = (): boolean => {
      const { datums, sent, undelivered } = producer.stats();
      return datums + lost + undelivered === sent;
    };
    await nodes.until(isAccounted, 1000, "every datum to be taken, lost or undelivered");
    // Once it has read what it has, it comes back and is told to wait.
    void take();
    await nodes.until(() => happenings.of("refused").some(({ code }) => code === 10413), 10_000, "the cool-down");
    await nodes.within(15_000, producer.when().subscribed(), "its end");
  });

  it("wait: `trySend` says full, `send` waits, and gives up with its signal", async () => {
    const { nodes } = context;
    const { producer } = await stalled({ bufferItems: 20, noProgressLimitMs: 60_000 });
    let sent = 0;
    const isFull = (): boolean => {
      try {
        producer.trySend(block(sent));
        sent++;
        return false;
      } catch (error) {
        expect(error).toMatchObject({ code: "full", datum: { number: sent } });
        return true;
      }
    };
    await nodes.until(() => isFull() && producer.stats().queued >= 20, 10_000, "the queue to be full");
    const controller = new AbortController();
    const waiting = expect(producer.send(block(sent), { signal: controller.signal })).rejects.toThrow("enough");
    controller.abort(new Error("enough"));
    await nodes.within(1000, waiting);
    expect(producer.stats()).toMatchObject({ sent, dropped: 0 });
  });

  it("wait: the queue never has more than its limits", async () => {
    const { nodes } = context;
    const bufferBytes = 100_000;
    const { producer, take } = await stalled({ bufferItems: 7, bufferBytes });
    const sending = (async () => {
      for (let i = 0; i <= BLOCKS; i++) {
        await producer.send(block(i));
        for (const { stats } of producer.consumers()) {
          // What its connection is taking is one batch more.
          expect(stats.queued).toBeLessThanOrEqual(2 * 7);
          expect(stats.queuedBytes).toBeLessThanOrEqual(2 * bufferBytes + BLOCK_BYTES);
        }
      }
    })();
    const taken = await nodes.within(30_000, take(), "everything to arrive");
    await sending;
    expect(taken).toEqual(Array.from({ length: BLOCKS }, (_, i) => i));
  });

  it("wait: who makes no progress is closed with 10413, stays away for as long, and comes back", async () => {
    const { nodes } = context;
    const noProgressLimitMs = 800;
    const { node, producer, take } = await stalled({
      noProgressLimitMs,
      bufferBytes: 200_000,
      onlineWhen: (c) => c.minimumOf(0),
    });
    const happenings = happeningsAt(producer);
    const { runtime } = node.local;
    const sending = (async () => {
      for (let i = 0; i < BLOCKS; i++) await producer.send(block(i));
    })();
    await nodes.until(() => happenings.of("disconnected").length > 0, 10_000, "the consumer to be closed");
    const closedAtMs = runtime.monoMs();
    expect(happenings.of("disconnected")[0]).toMatchObject({ code: 10413 });
    expect(happenings.of("gap")[0]!.lost).toBeGreaterThan(0);
    await nodes.within(10_000, sending, "`send` to go on");
    void take();
    await nodes.until(() => happenings.of("connected").length > 0, 15_000, "the consumer to be back");
    expect(runtime.monoMs() - closedAtMs).toBeGreaterThanOrEqual(0.8 * noProgressLimitMs);
  });
});
