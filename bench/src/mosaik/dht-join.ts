import { DhtTestnet } from "@mosaik/interop";
import type { Contender } from "../benchmark.js";
import { Child, closeAll } from "../harness/child.js";
import { DHT_NODES, dhtJoin, type DhtPair } from "../harness/dht-join.js";
import { rustPeer } from "../rivals/rust-peer.js";
import type { DhtNodeRole } from "./dht-node.role.js";

/** Two nodes that find each other in a DHT. */
export const mosaikDhtJoin: Contender = {
  name: "mosaik-ts",
  setup: `native addon in release build; two processes; relay none; a DHT of ${DHT_NODES} nodes in Rust on loopback`,
  requires: [rustPeer],
  open: async () => dhtJoin(await open()),
};

async function open(): Promise<DhtPair> {
  const dht = await DhtTestnet.start({ count: DHT_NODES });
  const [there, joiner] = [start(), start()];
  const where = (network: string) => ({ network, routers: dht.bootstrap.slice(0, 4) });
  return {
    dht,
    first: (network) => there.ask("join", where(network)),
    second: (network) => joiner.ask("findOne", where(network)),
    leave: async () => void (await Promise.all([there.ask("leave"), joiner.ask("leave")])),
    close: async () => void (await Promise.all([closeAll(there, joiner), dht.close()])),
  };
}

function start(): Child<DhtNodeRole> {
  return Child.start<DhtNodeRole>(new URL("dht-node.role.js", import.meta.url));
}
