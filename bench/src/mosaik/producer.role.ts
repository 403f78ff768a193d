import { setTimeout as delay } from "node:timers/promises";
import type { Producer } from "mosaik";
import { hold, serve } from "../harness/role.js";
import { datumsOf, encodingsSoFar, type Datums, type Kind } from "./datums.js";
import { addressOf, join, type NodeAddress } from "./node.js";

let datums: Datums<unknown>;
let producer: Producer<unknown>;
let next = 0;

const commands = {
  async join({
    network: networkId,
    kind,
    bootstrap,
  }: {
    network: string;
    kind: Kind;
    bootstrap: readonly NodeAddress[];
  }): Promise<NodeAddress> {
    const network = hold(await join(networkId, bootstrap));
    datums = datumsOf(kind);
    producer = datums.stream.producer(network);
    return addressOf(network);
  },
  async subscribed(minimum: number): Promise<void> {
    await producer.when().subscribed().minimumOf(minimum);
  },
  /** Sends datums as a program does: one by one, each awaited. */
  async send(count: number): Promise<void> {
    for (const end = next + count; next < end; next++) await producer.send(datums.make(next));
  },
  encodings: encodingsSoFar,
  /** Sends a datum every few milliseconds whenever somebody listens; never ends. */
  trickle(intervalMs: number): void {
    const run = async (): Promise<never> => {
      for (;;) {
        await producer.send(datums.make(next++));
        await delay(intervalMs);
      }
    };
    void run();
  },
};
export type ProducerRole = typeof commands;
serve(commands);
