import type { Contender, Session } from "../benchmark.js";
import { Child } from "../harness/child.js";
import type { Cataloguer } from "../mosaik/cataloguer.role.js";
import { RUST_MOSAIK, RustNodes, rustPeer } from "./rust-peer.js";

const NETWORK = "bench-catalog";
const TIMEOUT_MS = 60_000;
const HOUR_MS = 3_600_000;
/** As for our nodes: made-up peers are neither looked for nor forgotten. */
const QUIET = { purgeAfterMs: 24 * HOUR_MS, announceIntervalMs: HOUR_MS, rttProbeIntervalMs: HOUR_MS };

/** Rust mosaik: from `sync_with` until a new node has the `count` made-up entries of another's catalog. */
export function rustCatalogSync(count: number): Contender {
  return {
    name: RUST_MOSAIK,
    setup:
      "release build; two processes, a new node each time; every signature checked; the other was filled by a sync",
    requires: [rustPeer],
    open: () => open(count),
  };
}

async function open(count: number): Promise<Session> {
  const nodes = await RustNodes.start();
  const source = Child.start<Cataloguer>(new URL("../mosaik/cataloguer.role.js", import.meta.url));
  const close = async (): Promise<void> => {
    await source.close();
    await nodes.close();
  };
  try {
    const { id, directAddrs } = await source.ask("join", { network: NETWORK, count });
    const options = { network: NETWORK, relay: nodes.relayUrl, bind: ["127.0.0.1:0"], ...QUIET };
    const holder = await (await nodes.process()).join(options);
    const addr = { id, directAddrs, relayUrls: [] };
    await holder.request("syncWith", { addr }, { timeoutMs: TIMEOUT_MS });
    await source.close();
    const joiner = await nodes.process();
    let joined = 0;
    const measure = async (): Promise<number> => {
      const node = await joiner.join(options, `joiner-${++joined}`);
      const startMs = performance.now();
      await node.request("syncWith", { addr: holder.addr }, { timeoutMs: TIMEOUT_MS });
      const tookMs = performance.now() - startMs;
      const known = (await node.catalog()).length;
      if (known <= count) throw new Error(`${known} entries arrived, not ${count + 1}`);
      await node.leave();
      return tookMs;
    };
    return { warmUp: async () => void (await measure()), measure, close };
  } catch (error) {
    await close();
    throw error;
  }
}
