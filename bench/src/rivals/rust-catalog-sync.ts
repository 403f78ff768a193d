import { setTimeout as delay } from "node:timers/promises";
import type { PeerAddr } from "@mosaik/interop";
import type { Contender, Session } from "../benchmark.js";
import { Child } from "../harness/child.js";
import type { Cataloguer } from "../mosaik/cataloguer.role.js";
import { RUST_MOSAIK, RustNodes, rustPeer } from "./rust-peer.js";

const NETWORK = "bench-catalog";
const TIMEOUT_MS = 60_000;
/** A node that has just learnt of many peers is busy with them for a while, in ms. */
const SETTLE_MS = 10_000;
const HOUR_MS = 3_600_000;
/** As for our nodes: made-up peers are neither looked for nor forgotten. */
const QUIET = { purgeAfterMs: 24 * HOUR_MS, announceIntervalMs: HOUR_MS, rttProbeIntervalMs: HOUR_MS };

/** Rust mosaik: from `sync_with` until a new node has the `count` made-up entries of another's catalog. */
export function rustCatalogSync(count: number): Contender {
  return {
    name: RUST_MOSAIK,
    setup:
      "release build; two new processes each time; every signature checked; the other was filled by a sync 10 s before",
    requires: [rustPeer],
    open: () => open(count),
  };
}

async function open(count: number): Promise<Session> {
  const source = Child.start<Cataloguer>(new URL("../mosaik/cataloguer.role.js", import.meta.url));
  try {
    const { id, directAddrs } = await source.ask("join", { network: NETWORK, count });
    const measure = (): Promise<number> => syncOnce({ id, directAddrs, relayUrls: [] }, count);
    return { warmUp: async () => void (await measure()), measure, close: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Fills a node from a source, and another from that. Both end before the next measurement: they keep both cores busy. */
async function syncOnce(source: PeerAddr, count: number): Promise<number> {
  const nodes = await RustNodes.start();
  try {
    const options = { network: NETWORK, relay: nodes.relayUrl, bind: ["127.0.0.1:0"], ...QUIET };
    const [holderProcess, joinerProcess] = [await nodes.process(), await nodes.process()];
    const holder = await holderProcess.join(options);
    await holder.request("syncWith", { addr: source }, { timeoutMs: TIMEOUT_MS });
    await delay(SETTLE_MS);
    const joiner = await joinerProcess.join(options);
    const startMs = performance.now();
    await joiner.request("syncWith", { addr: holder.addr }, { timeoutMs: TIMEOUT_MS });
    const tookMs = performance.now() - startMs;
    const known = (await joiner.catalog()).length;
    if (known <= count) throw new Error(`${known} entries arrived, not ${count + 1}`);
    return tookMs;
  } finally {
    await nodes.close();
  }
}
