import type { Network } from "mosaik";
import { residentBytes } from "../harness/memory.js";
import { hold, serve } from "../harness/role.js";
import { join, type NodeAddress } from "./node.js";
import { stalledStream } from "./stalled.js";

let network: Network;

const commands = {
  async join({ network: networkId, bootstrap }: { network: string; bootstrap: NodeAddress }): Promise<void> {
    network = hold(await join(networkId, [bootstrap]));
  },
  /** Subscribes, and takes nothing. */
  consume({ from, to }: { from: number; to: number }): void {
    for (let i = from; i < to; i++) hold(stalledStream(i).consumer(network));
  },
  residentBytes,
};
export type StalledConsumer = typeof commands;
serve(commands);
