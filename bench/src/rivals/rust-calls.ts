import type { RustNode } from "@mosaik/interop";
import type { Contender, Session } from "../benchmark.js";
import type { CallLoad } from "../harness/calls.js";
import { READING_BYTES } from "../mosaik/datums.js";
import { ECHO } from "../mosaik/echo.js";
import { RUST_MOSAIK, RUST_SETUP, RustNodes, rustPeer } from "./rust-peer.js";

const NETWORK = "bench-calls";

/** Rust mosaik: a function, called by one node and served by another. */
export function rustCalls(session: (load: CallLoad) => Session): Contender {
  return {
    name: RUST_MOSAIK,
    setup: `${RUST_SETUP}; a connection for each call; byte strings of ${READING_BYTES} bytes there and back`,
    requires: [rustPeer],
    open: async () => session(await open()),
  };
}

/** A Rust node that answers with what it is asked. */
export async function serveEcho(nodes: RustNodes, network: string): Promise<RustNode> {
  const server = await nodes.join(network);
  await server.handle("bytes", { functionId: ECHO, answer: "echo", quiet: true });
  return server;
}

async function open(): Promise<CallLoad> {
  const nodes = await RustNodes.start();
  try {
    const server = await serveEcho(nodes, NETWORK);
    const node = await nodes.join(NETWORK, server);
    const caller = await node.caller("bytes", { functionId: ECHO });
    await caller.available();
    return {
      async call({ count, inFlight }) {
        const result = await caller.callMany({ count, inFlight, payloadBytes: READING_BYTES });
        const { completed, failed, failure, p50Micros, p99Micros } = result;
        if (completed !== count || p50Micros === null || p99Micros === null) {
          throw new Error(`${failed} of ${count} calls failed: ${JSON.stringify(failure)}`);
        }
        return { p50Micros, p99Micros };
      },
      close: () => nodes.close(),
    };
  } catch (error) {
    await nodes.close();
    throw error;
  }
}
