import { setImmediate as turn } from "node:timers/promises";
import type { Network } from "mosaik";
import { LoopDelay } from "../harness/loop-delay.js";
import { hold, serve } from "../harness/role.js";
import { madeUpEntry, QUIET } from "./made-up.js";
import { addressOf, join, type NodeAddress } from "./node.js";

const FEED_AT_ONCE = 50;
const loopDelay = new LoopDelay();
let network: Network;

const commands = {
  /** A node that knows `count` made-up peers. */
  async join({ network: networkId, count }: { network: string; count: number }): Promise<NodeAddress> {
    network = hold(await join(networkId, [], QUIET));
    for (let number = 0; number < count; number++) {
      if (!network.discovery.feed(madeUpEntry(network.id, number))) throw new Error(`entry ${number} was refused`);
      if (number % FEED_AT_ONCE === 0) await turn();
    }
    return addressOf(network);
  },
  resetLoopDelay: () => loopDelay.reset(),
  maxLoopDelayMs: () => loopDelay.maxMs(),
};
export type Cataloguer = typeof commands;
serve(commands);
