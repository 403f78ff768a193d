import type { Benchmark, Session } from "../benchmark.js";
import { Child, closeAll } from "../harness/child.js";
import type { BootstrapRole } from "../mosaik/bootstrap.role.js";
import type { Joiner } from "../mosaik/joiner.role.js";
import type { ProducerRole } from "../mosaik/producer.role.js";
import { rustFirstItem } from "../rivals/rust-first-item.js";

const NETWORK = "bench-first-item";
/** The producer has an item this often, in ms. */
const INTERVAL_MS = 2;

/** From `Network.join` with a bootstrap peer until the first item of a stream that another peer produces. */
export const firstItem: Benchmark = {
  name: "first-item",
  unit: "ms",
  better: "lower",
  reach: 1000,
  ours: {
    name: "mosaik-ts",
    setup: "native addon in release build; bootstrap, producer and joiner in three processes; relay none",
    requires: [],
    open,
  },
  rivals: [rustFirstItem],
};

async function open(): Promise<Session> {
  const bootstrapNode = Child.start<BootstrapRole>(new URL("../mosaik/bootstrap.role.js", import.meta.url));
  const producer = Child.start<ProducerRole>(new URL("../mosaik/producer.role.js", import.meta.url));
  const joiner = Child.start<Joiner>(new URL("../mosaik/joiner.role.js", import.meta.url));
  const close = (): Promise<void> => closeAll(joiner, producer, bootstrapNode);
  try {
    const bootstrap = await bootstrapNode.ask("join", NETWORK);
    await producer.ask("join", { network: NETWORK, kind: "readings", bootstrap: [bootstrap] });
    await producer.ask("trickle", INTERVAL_MS);
    const measure = (): Promise<number> => joiner.ask("firstItem", { network: NETWORK, bootstrap });
    return { warmUp: async () => void (await measure()), measure, close };
  } catch (error) {
    await close();
    throw error;
  }
}
