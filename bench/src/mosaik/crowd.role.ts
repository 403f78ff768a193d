import type { Network } from "mosaik";
import { hold, serve } from "../harness/role.js";
import { datumsOf } from "./datums.js";
import { join, type NodeAddress } from "./node.js";

let networks: Network[] = [];

const commands = {
  /** Several nodes; resolves when each knows all others and the bootstrap peer. */
  async join({ network: id, bootstrap, count }: { network: string; bootstrap: NodeAddress; count: number }) {
    networks = hold(await Promise.all(Array.from({ length: count }, () => join(id, [bootstrap]))));
    for (const { discovery } of networks) {
      await discovery.catalog.when((catalog) => catalog.signedPeersCount() >= count);
    }
  },
  /** A further consumer, with a connection of its own, at each of the nodes. */
  consume(): void {
    for (const network of networks) hold(datumsOf("readings").stream.consumer(network));
  },
};
export type Crowd = typeof commands;
serve(commands);
