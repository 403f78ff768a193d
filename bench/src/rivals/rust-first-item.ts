import type { Contender, Session } from "../benchmark.js";
import { RUST_MOSAIK, RustNodes, rustPeer } from "./rust-peer.js";

const NETWORK = "bench-first-item";
const STREAM = "bench-first-item";
/** A node may take its time to come online; longer than this is a failure. */
const TIMEOUT_MS = 60_000;

/** Rust mosaik: from `join` with a bootstrap peer until the first item of a stream. */
export const rustFirstItem: Contender = {
  name: RUST_MOSAIK,
  setup:
    "release build; bootstrap, producer and joiner in three processes; the joiner reaches its local relay first, as it must",
  requires: [rustPeer],
  open,
};

async function open(): Promise<Session> {
  const nodes = await RustNodes.start();
  try {
    const bootstrap = await nodes.join(NETWORK);
    const source = await nodes.join(NETWORK, bootstrap);
    const producer = await source.produce("u64", { streamId: STREAM });
    const joiner = await nodes.process();
    let joined = 0;
    const measure = async (): Promise<number> => {
      // Waits until the producer has a subscriber.
      const sending = producer.sendMany({ count: 1 }, { timeoutMs: TIMEOUT_MS });
      const startMs = performance.now();
      const options = { network: NETWORK, relay: nodes.relayUrl, bind: ["127.0.0.1:0"], bootstrap: [bootstrap.addr] };
      const node = await joiner.join(options, `joiner-${++joined}`);
      const { handle } = await node.consume("u64", { streamId: STREAM });
      await joiner.events.waitFor("item", (event) => event.consumer === handle, { timeoutMs: TIMEOUT_MS });
      const tookMs = performance.now() - startMs;
      await sending;
      await node.leave();
      await producer.unsubscribed();
      return tookMs;
    };
    return { warmUp: async () => void (await measure()), measure, close: () => nodes.close() };
  } catch (error) {
    await nodes.close();
    throw error;
  }
}
