import type { Contender, Session } from "../benchmark.js";
import { IDLE_PEERS, type IdleNode } from "../harness/idle.js";
import { RustCrowd } from "./rust-crowd.js";
import { RUST_MOSAIK, rustPeer } from "./rust-peer.js";

const NETWORK = "bench-idle";
const STREAM = "bench-idle";
const TIMEOUT_MS = 60_000;

/** An idle node of Rust mosaik with ten peers in another process. */
export function rustIdle(session: (node: IdleNode) => Session): Contender {
  return {
    name: RUST_MOSAIK,
    setup:
      "release build; resident memory beyond that of the same program without a node; ten peers in one other process, a local relay",
    requires: [rustPeer],
    open: async () => session(await open()),
  };
}

async function open(): Promise<IdleNode> {
  const crowd = await RustCrowd.start(NETWORK, IDLE_PEERS);
  try {
    const producer = await crowd.watched.produce("u64", { streamId: STREAM, maxConsumers: 10_000 });
    let connected = 0;
    return {
      residentBytes: () => Promise.resolve(crowd.residentBytes()),
      bareBytes: () => Promise.resolve(crowd.bareBytes),
      cpuMicros: () => Promise.resolve(crowd.cpuMicros()),
      async connectOneEach() {
        for (const node of crowd.others) await node.consume("u64", { streamId: STREAM, quiet: true });
        connected += crowd.others.length;
        await producer.subscribed(connected, { timeoutMs: TIMEOUT_MS });
      },
      close: () => crowd.close(),
    };
  } catch (error) {
    await crowd.close();
    throw error;
  }
}
