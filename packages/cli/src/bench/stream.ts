import type { Consumer, PeerId, Producer } from "mosaik";
import type { Session } from "../session/session.js";
import type { BenchOptions } from "./benches.js";
import { Histogram } from "./histogram.js";
import type { Measurement } from "./load.js";
import { benchOf, PROBE } from "./names.js";

/** Round trips that are measured before the load. */
const PROBES = 1000;
const PROBES_MS_MAX = 1000;
/** Between two looks at the clock. */
const DATUMS = 64;

/**
 * Sends datums as fast as they are taken, until the other side has confirmed that it has all of them. Latency is that of a round trip
 * without load: behind a load every datum waits for those before it.
 */
export async function measureStream(session: Session, server: PeerId, options: BenchOptions): Promise<Measurement> {
  const { forth, back } = benchOf(server);
  await using consumer = back.consumer(session.network);
  await using producer = forth.producer(session.network, { drainTimeoutMs: session.timeoutMs });
  for (const side of [producer, consumer]) {
    await session.within(
      "connecting with the other side",
      (signal) => side.when().subscribed().toPromise({ signal }),
      "the other side did not take this node",
    );
  }
  const latency = await roundTrips(producer, consumer, options);
  const startMs = performance.now();
  const items = await send(producer, startMs + options.durationMs, options);
  const { confirmed } = await session.output.during("waiting until everything has arrived", producer.close());
  const elapsedMs = performance.now() - startMs;
  if (!confirmed.includes(server)) throw new Error("the other side has not confirmed that everything arrived");
  return { items, bytes: items * options.size, elapsedMs, latency };
}

async function send(
  producer: Producer<Uint8Array>,
  endMs: number,
  { size, count, signal }: BenchOptions,
): Promise<number> {
  const datum = new Uint8Array(size);
  let sent = 0;
  while (sent < count && performance.now() < endMs) {
    signal.throwIfAborted();
    for (const end = Math.min(count, sent + DATUMS); sent < end; sent++) await producer.send(datum, { signal });
  }
  return sent;
}

async function roundTrips(
  producer: Producer<Uint8Array>,
  consumer: Consumer<Uint8Array>,
  { size, signal }: BenchOptions,
): Promise<Histogram> {
  const latency = new Histogram();
  const probe = new Uint8Array(size);
  probe[0] = PROBE;
  // Several may measure with one server: each knows its own probes.
  probe.set(crypto.getRandomValues(new Uint8Array(8)), 1);
  const endMs = performance.now() + PROBES_MS_MAX;
  for (let i = 0; i < PROBES && performance.now() < endMs; i++) {
    new DataView(probe.buffer).setUint32(9, i);
    const startMs = performance.now();
    await producer.send(probe, { signal });
    for (let answer; answer === undefined || Buffer.compare(answer, probe) !== 0;) {
      answer = await consumer.recv({ signal });
      if (answer === undefined) throw new Error("the stream back has ended");
    }
    latency.add(performance.now() - startMs);
  }
  return latency;
}
