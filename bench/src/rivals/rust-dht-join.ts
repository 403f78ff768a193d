import { DhtTestnet, PublicNames, ROUTERS, RustPeer, startRelay, type RustNode } from "@mosaik/interop";
import type { Contender } from "../benchmark.js";
import { DHT_NODES, dhtJoin, type DhtPair } from "../harness/dht-join.js";
import { RUST_MOSAIK, rustPeer } from "./rust-peer.js";

/** It looks every five to seven seconds; longer than this is a failure. */
const TIMEOUT_MS = 60_000;

/** Two nodes of Rust mosaik that find each other in a DHT. */
export const rustDhtJoin: Contender = {
  name: RUST_MOSAIK,
  setup:
    "release build; two processes; the joiner reaches its local relay first, as it must; a DHT of the same size, by the names it has built in",
  requires: [rustPeer],
  open: async () => dhtJoin(await open()),
};

async function open(): Promise<DhtPair> {
  const names = new PublicNames();
  const dht = await DhtTestnet.start({ count: DHT_NODES, addresses: ROUTERS });
  const [relay, there, joiner] = await Promise.all([startRelay(), RustPeer.start(names), RustPeer.start(names)]);
  let nodes: RustNode[] = [];
  const join = async (peer: RustPeer, network: string): Promise<RustNode> => {
    const node = await peer.join({ network, relay: relay.url, bind: ["127.0.0.1:0"], dht: true }, network);
    nodes.push(node);
    return node;
  };
  return {
    dht,
    first: async (network) => void (await join(there, network)),
    async second(network) {
      const startMs = performance.now();
      const node = await join(joiner, network);
      const isKnown = (await node.catalog()).length > 1;
      const isMeant = (event: { node: string }): boolean => event.node === network;
      if (!isKnown) await joiner.events.waitFor("peerDiscovered", isMeant, { timeoutMs: TIMEOUT_MS });
      return performance.now() - startMs;
    },
    async leave() {
      await Promise.all(nodes.map((node) => node.leave()));
      nodes = [];
    },
    async close() {
      await Promise.all([there.close(), joiner.close(), relay.close(), dht.close()]);
      names[Symbol.dispose]();
    },
  };
}
