import { t } from "@mosaik/postcard";
import { expect } from "vitest";
import { CLOSE } from "../../../src/network/index.js";
import { Network } from "../../../src/node/index.js";
import type { PeerId } from "../../../src/primitives/index.js";
import { SeededRandom } from "../../../src/runtime/index.js";
import type { ConsumerEvent, ConsumerOptions, ProducerEvent, ProducerOptions } from "../../../src/streams/index.js";
import { randomFaults, Simulator, type FaultStep } from "../../../src/testing/index.js";
import { recorded } from "../recorded.js";

/** How long things go wrong, in ms of virtual time. */
const TROUBLE_MS = 20_000;
const SETTLE_MS = 240_000;
/** Some forty of them fill the windows of the transport. */
const FILLING_BYTES = 32 * 1024;
const CONSUMERS = 3;

const Datum = t.struct("test::Datum", { number: t.u32, isLast: t.bool, filling: t.bytes });

/** One consumer's record. */
interface Reader {
  readonly id: PeerId;
  /** The numbers that it was given, in order. */
  readonly numbers: number[];
  readonly events: readonly { readonly kind: string }[];
  /** It was given the last datum. */
  isDone: boolean;
  /** Whether it has its producer, as far as it knows. */
  readonly isSubscribed: () => boolean;
}

/** What one course of events came to. */
export interface Course {
  readonly seed: number;
  readonly faults: readonly FaultStep[];
  /** Datums before the last. */
  readonly sent: number;
  readonly readers: readonly Reader[];
  readonly producerEvents: readonly ProducerEvent[];
  readonly stats: { readonly datums: number; readonly dropped: number; readonly queued: number };
  readonly droppedMetric: number;
  /** The longest queue seen, in datums and bytes. */
  readonly queuedMax: { readonly items: number; readonly bytes: number };
}

export interface Setup {
  readonly producer: ProducerOptions;
  readonly consumer?: ConsumerOptions;
  /** The longest pause of a consumer between two datums, in ms. */
  readonly stallMaxMs: number;
}

/**
 * A producer and three consumers that now and then do not read, while partitions, lost connections and pauses come and go. Then
 * everything is put right, and a last datum is sent until all have it.
 */
export async function runCourse(seed: number, setup: Setup): Promise<Course> {
  const sim = new Simulator({ seed, latency: { minMs: 1, maxMs: 40, jitterMs: 10 } });
  const random = new SeededRandom(`course/${seed}`);
  const names = ["producing", ...Array.from({ length: CONSUMERS }, (_, i) => `consuming-${i}`)];
  const nodes: Network[] = [];
  for (const name of names) {
    const bootstrap = nodes.slice(0, 1).map(({ local }) => local.id);
    const discovery = { bootstrap, pingIntervalMs: 2000 };
    const joining = Network.join("churn", { runtime: sim.runtime(name), relay: "none", discovery });
    nodes.push(await sim.within(5000, joining, `${name} to join`));
  }
  const producing = nodes[0]!;
  const producer = producing.streams.producer(Datum, { ...setup.producer, streamId: "churn" });
  const producerEvents = recorded(producer.events()) as readonly ProducerEvent[];
  let isTroubled = true;
  const sleep = (node: Network, ms: number): Promise<void> =>
    new Promise((resolve) => void node.local.runtime.after(ms, resolve));

  const readers = nodes.slice(1).map((node): Reader => {
    const consumer = node.streams.consume(Datum, { ...setup.consumer, streamId: "churn", bufferBytes: 64 * 1024 });
    const reader: Reader = {
      id: node.local.id,
      numbers: [],
      events: recorded(consumer.events()),
      isDone: false,
      isSubscribed: () => consumer.when().subscribed().isMet,
    };
    void (async () => {
      for (;;) {
        const datum = await consumer.recv();
        if (datum === undefined) return;
        if (datum.isLast) reader.isDone = true;
        else reader.numbers.push(datum.number);
        if (isTroubled && random.unit() < 0.03) await sleep(node, random.unit() * setup.stallMaxMs);
      }
    })();
    return reader;
  });
  const areSubscribed = producer.when().subscribed().minimumOf(CONSUMERS);
  await sim.within(20_000, areSubscribed.toPromise(), "the consumers");

  const faults = randomFaults(random, {
    nodes: names,
    durationMs: TROUBLE_MS,
    count: 5,
    lastsMaxMs: 12_000,
    skewMaxMs: 0,
  });
  let sent = 0;
  const queuedMax = { items: 0, bytes: 0 };
  const filling = new Uint8Array(FILLING_BYTES);
  const send = async (isLast: boolean): Promise<void> => {
    await producer.send({ number: sent, isLast, filling });
    if (!isLast) sent++;
    for (const { stats } of producer.consumers()) {
      queuedMax.items = Math.max(queuedMax.items, stats.queued);
      queuedMax.bytes = Math.max(queuedMax.bytes, stats.queuedBytes);
    }
  };
  const sending = (async () => {
    while (isTroubled) {
      for (let burst = 1 + Math.floor(random.unit() * 4); burst > 0; burst--) await send(false);
      await sleep(producing, random.unit() * 60);
    }
  })();
  await sim.play(faults);
  await sim.advance(Math.max(0, TROUBLE_MS - (faults.at(-1)?.atMs ?? 0)));
  isTroubled = false;
  sim.faults.healAll();
  const tell = (what: string): string =>
    `${what}; faults: ${faults.map((step) => `${step.atMs | 0}: ${step.what}`).join("; ")}`;
  await sim.within(SETTLE_MS, areSubscribed.toPromise(), tell("all consumers to be back"));
  await sim.within(SETTLE_MS, sending, tell("the producer to stop"));
  // The connection of a consumer that has left may still seem to be there, and that of one that is back may be there twice.
  const isAtRest = (): boolean => {
    const connected = new Set(producer.consumers().map(({ isConnected, consumerId }) => isConnected && consumerId));
    if (producer.stats().queued > 0 || producer.consumers().length !== CONSUMERS) return false;
    return readers.every(({ id, isSubscribed }) => connected.has(id) && isSubscribed());
  };
  await sim.until(isAtRest, { withinMs: SETTLE_MS, what: tell("the queues to be empty") });
  // A consumer may yet find out that it has lost its producer, and be back: then it is told again.
  const areDone = (): boolean => readers.every(({ isDone }) => isDone);
  for (const endMs = sim.nowMs + SETTLE_MS; !areDone() && sim.nowMs < endMs; await sim.advance(2000)) {
    await sim.within(SETTLE_MS, send(true), tell("the last datum to be sent"));
  }
  expect(areDone(), `seed ${seed}: ${tell("all to have the last datum")}`).toBe(true);
  const course: Course = {
    seed,
    faults,
    sent,
    // As it is now: closing the nodes is not a part of it.
    readers: readers.map((reader) => ({ ...reader, events: [...reader.events] })),
    producerEvents: [...producerEvents],
    stats: producer.stats(),
    droppedMetric: producing.metrics.counter("mosaik.streams.producer.items.dropped", {
      stream: producer.streamId.short(),
    }).value,
    queuedMax,
  };
  await sim.within(10_000, Promise.all(nodes.map((node) => node.close())), "the nodes to close");
  expect(sim.reports).toEqual([]);
  return course;
}

/** Where the numbers of a reader go on by more than one. */
export function jumpsOf(reader: Reader): number {
  return reader.numbers.filter((number, i) => i > 0 && number !== reader.numbers[i - 1]! + 1).length;
}

export function countOf(reader: Reader, kind: ConsumerEvent["kind"]): number {
  return reader.events.filter((event) => event.kind === kind).length;
}

export function eventsOf<K extends ProducerEvent["kind"]>(
  course: Course,
  kind: K,
): Extract<ProducerEvent, { kind: K }>[] {
  return course.producerEvents.filter((event): event is Extract<ProducerEvent, { kind: K }> => event.kind === kind);
}

/** What holds whatever happened: order, no duplicates, every break told, every drop counted. */
export function expectSound(course: Course): void {
  const where = `seed ${course.seed}`;
  for (const { numbers } of course.readers) {
    const isAscending = numbers.every((number, i) => i === 0 || number > numbers[i - 1]!);
    expect(isAscending, `${where}: in order, without duplicates`).toBe(true);
  }
  const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
  const dropped = sum(eventsOf(course, "dropped").map(({ count }) => count));
  const lost = sum(eventsOf(course, "gap").map((gap) => gap.lost));
  expect(course.stats.dropped, `${where}: drops as told`).toBe(dropped + lost);
  expect(course.droppedMetric, `${where}: drops as counted`).toBe(dropped + lost);
  expect(course.stats.queued, where).toBe(0);
  for (const { id } of course.readers) {
    const of = (kind: ProducerEvent["kind"]): ProducerEvent[] =>
      course.producerEvents.filter((event) => event.kind === kind && "consumer" in event && event.consumer === id);
    const ends = of("disconnected").map((event) => event.kind === "disconnected" && event.code);
    // A consumer that cannot see the producer any more leaves with 102: to the producer that is no break, unless datums waited.
    const breaks = ends.filter((code) => code !== CLOSE.cancelled.code).length;
    expect(of("gap").length, `${where}: a gap for each break`).toBeGreaterThanOrEqual(breaks);
    expect(of("gap").length, `${where}: a gap for breaks only`).toBeLessThanOrEqual(ends.length);
    // One that ended before its first message had gone out was never connected.
    expect(of("connected").length, where).toBeGreaterThan(0);
    expect(of("connected").length, where).toBeLessThanOrEqual(of("disconnected").length + 1);
  }
  // Whatever a consumer was given had been taken by its connection.
  expect(sum(course.readers.map(({ numbers }) => numbers.length))).toBeLessThanOrEqual(course.stats.datums);
}
