import { randomUUID } from "node:crypto";
import type { RustGroup, RustNode } from "@mosaik/interop";
import type { Contender, Session } from "../benchmark.js";
import { GROUPS, OTHERS, type BondedNode } from "../harness/bonds.js";
import { RustCrowd } from "./rust-crowd.js";
import { RUST_MOSAIK, rustPeer } from "./rust-peer.js";

const NETWORK = "bench-bonds";
/** How long they may take in all to join, and then until no bond is missing, in ms. */
const JOIN_MAX_MS = 30_000;
const TIMEOUT_MS = 15_000;
/** How long a node has to bond with those that have joined a group before it, in ms. */
const TURN_MS = 300;

/** A node of Rust mosaik with many bonds. */
export function rustBonds(session: (node: BondedNode) => Session): Contender {
  return {
    name: RUST_MOSAIK,
    setup:
      `release build; QUIC with TLS 1.3; a node in ${GROUPS} groups with ${OTHERS} others, which are nodes of one other process; direct ` +
      "over loopback, a local relay for their start; default times; nothing is executed; they join one after the other",
    requires: [rustPeer],
    open: async () => session(await open()),
  };
}

async function open(): Promise<BondedNode> {
  const crowd = await RustCrowd.start(NETWORK, OTHERS);
  return {
    async bond() {
      const groups = await joinInTurn([crowd.watched, ...crowd.others]);
      for (const group of groups) await group.until(({ bonds }) => bonds.length >= OTHERS, { timeoutMs: TIMEOUT_MS });
    },
    residentBytes: () => Promise.resolve(crowd.residentBytes()),
    cpuMicros: () => Promise.resolve(crowd.cpuMicros()),
    close: () => crowd.close(),
  };
}

/** Nodes that join all at once dial each other at once, and most of their bonds never come about. @returns the groups of the first node @throws Error */
async function joinInTurn(nodes: readonly RustNode[]): Promise<RustGroup<"noop">[]> {
  const groups: RustGroup<"noop">[] = [];
  const startMs = performance.now();
  for (let i = 0; i < GROUPS; i++) {
    if (performance.now() - startMs > JOIN_MAX_MS)
      throw new Error(`${i} of ${GROUPS} groups in ${JOIN_MAX_MS / 1000} s`);
    const secret = randomUUID();
    for (const [before, node] of nodes.entries()) {
      const group = await node.joinNoop({ secret });
      if (before === 0) groups.push(group);
      // What is missing is tried again when somebody else joins.
      await group.until(({ bonds }) => bonds.length >= before, { timeoutMs: TURN_MS }).catch(() => undefined);
    }
  }
  return groups;
}
