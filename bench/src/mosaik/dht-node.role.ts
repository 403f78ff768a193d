import type { Network } from "mosaik";
import { serve } from "../harness/role.js";
import { join } from "./node.js";

interface Where {
  readonly network: string;
  /** Nodes of the DHT. */
  readonly routers: readonly string[];
}

let network: Network | undefined;

const enter = ({ network: id, routers }: Where): Promise<Network> => join(id, [], { dht: { routers, port: 0 } });

const commands = {
  async join(where: Where): Promise<void> {
    network = await enter(where);
  },
  /** Joins. @returns how long it took until a peer was in the catalog, in ms */
  async findOne(where: Where): Promise<number> {
    const startMs = performance.now();
    network = await enter(where);
    await network.discovery.catalog.when((catalog) => catalog.signedPeersCount() > 0);
    return performance.now() - startMs;
  },
  async leave(): Promise<void> {
    await network?.close();
  },
};
export type DhtNodeRole = typeof commands;
serve(commands);
