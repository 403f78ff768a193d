import type { Contender, Session } from "../benchmark.js";
import type { CallLoad } from "../harness/calls.js";
import { Child } from "../harness/child.js";
import { serveEcho } from "../rivals/rust-calls.js";
import { RUST_MOSAIK, RustNodes, rustPeer } from "../rivals/rust-peer.js";
import type { CallerRole } from "./caller.role.js";

const NETWORK = "bench-calls";

/** A function of a Rust node, called by a node of ours. */
export function mosaikCallsToRust(session: (load: CallLoad) => Session): Contender {
  return {
    name: "mosaik-ts",
    setup:
      `native addon in release build, calls ${RUST_MOSAIK} in release build; QUIC with TLS 1.3, a connection for each call; two ` +
      "processes, direct over loopback; every answer checked",
    requires: [rustPeer],
    open: async () => session(await open()),
  };
}

async function open(): Promise<CallLoad> {
  const nodes = await RustNodes.start();
  const caller = Child.start<CallerRole>(new URL("caller.role.js", import.meta.url));
  const close = async (): Promise<void> => void (await Promise.all([caller.close(), nodes.close()]));
  try {
    const { addr } = await serveEcho(nodes, NETWORK);
    await caller.ask("join", { network: NETWORK, kind: "byteStrings", bootstrap: addr });
  } catch (error) {
    await close();
    throw error;
  }
  return { call: (count) => caller.ask("call", count), close };
}
