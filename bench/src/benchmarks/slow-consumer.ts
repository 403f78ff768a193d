import type { Benchmark, Session } from "../benchmark.js";
import { Child, closeAll } from "../harness/child.js";
import type { StalledConsumer } from "../mosaik/stalled-consumer.role.js";
import type { StalledProducer } from "../mosaik/stalled-producer.role.js";
import { PRODUCER_BUFFER_BYTES, STALLED_DATUM_BYTES } from "../mosaik/stalled.js";

const NETWORK = "bench-slow-consumer";
const STREAMS = 1000;
/** So many consumers subscribe at a time. */
const STEP = 100;
const KIB = 1024;
/** What a node lets in that nobody reads, for each stream of its transport. */
const RECEIVE_WINDOW_BYTES = 1_250_000;

/** The formula of docs/LIMITS.md: the queue, a batch, a datum, and 16 KiB; then what the transport has taken and what it has sent. */
const PRODUCER_LIMIT_BYTES =
  PRODUCER_BUFFER_BYTES + 64 * KIB + STALLED_DATUM_BYTES + 16 * KIB + 512 * KIB + RECEIVE_WINDOW_BYTES;

/** Many streams, each with a consumer that takes nothing: the memory of each at its producer, once all queues are full. */
export const slowConsumer: Benchmark = {
  name: "slow-consumer",
  unit: "KB a stream",
  better: "lower",
  reach: PRODUCER_LIMIT_BYTES / 1000,
  ours: {
    name: "mosaik-ts",
    setup:
      `native addon in release build; ${STREAMS} streams of one node, consumed by one node in another process, defaults but no ` +
      "limit of time; resident memory after a collection, beyond that of the same streams at rest; the figure to reach is the " +
      "formula of docs/LIMITS.md",
    requires: [],
    open,
  },
  rivals: [],
};

async function open(): Promise<Session> {
  const producer = Child.start<StalledProducer>(new URL("../mosaik/stalled-producer.role.js", import.meta.url));
  const consumer = Child.start<StalledConsumer>(new URL("../mosaik/stalled-consumer.role.js", import.meta.url));
  const close = (): Promise<void> => closeAll(consumer, producer);
  let atRestBytes = 0;
  let consumerAtRestBytes = 0;
  let consumerKilobytes = 0;
  try {
    const bootstrap = await producer.ask("join", NETWORK);
    await consumer.ask("join", { network: NETWORK, bootstrap });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async warmUp() {
      await producer.ask("produce", STREAMS);
      for (let from = 0; from < STREAMS; from += STEP) {
        await consumer.ask("consume", { from, to: from + STEP });
        await producer.ask("subscribed", from + STEP);
      }
      atRestBytes = await producer.ask("residentBytes");
      consumerAtRestBytes = await consumer.ask("residentBytes");
      while (!(await producer.ask("fill")));
    },
    async measure() {
      const connected = await producer.ask("connected");
      if (connected !== STREAMS) throw new Error(`${STREAMS - connected} of ${STREAMS} consumers are gone`);
      consumerKilobytes = ((await consumer.ask("residentBytes")) - consumerAtRestBytes) / STREAMS / 1000;
      return ((await producer.ask("residentBytes")) - atRestBytes) / STREAMS / 1000;
    },
    remarks: () => `at the consumer's side ${consumerKilobytes.toFixed(0)} KB a stream`,
    close,
  };
}
