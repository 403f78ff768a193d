import type { Producer } from "mosaik";
import { residentBytes } from "../harness/memory.js";
import { hold, serve } from "../harness/role.js";
import { datumsOf } from "./datums.js";
import { addressOf, join, type NodeAddress } from "./node.js";

const POLL_MS = 20;
let producer: Producer<unknown>;

const commands = {
  async join(networkId: string): Promise<NodeAddress> {
    const network = hold(await join(networkId));
    producer = datumsOf("readings").stream.producer(network);
    return addressOf(network);
  },
  /** Resolves when so many consumers are connected. */
  async connected(count: number): Promise<void> {
    while (producer.consumers().length < count) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  },
  residentBytes,
};
export type Idler = typeof commands;
serve(commands);
