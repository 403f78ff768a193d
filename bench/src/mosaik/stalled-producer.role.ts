import { setTimeout as delay } from "node:timers/promises";
import { StreamError, type Network, type Producer } from "mosaik";
import { residentBytes } from "../harness/memory.js";
import { hold, serve } from "../harness/role.js";
import { addressOf, join, type NodeAddress } from "./node.js";
import { PRODUCER_BUFFER_BYTES, stalledDatum, stalledStream } from "./stalled.js";

/** Consumers are left in peace, so that they can be measured. */
const NO_PROGRESS_LIMIT_MS = 3_600_000;
/** A stream is full when nothing more was taken for so many looks. */
const QUIET_LOOKS = 5;
const LOOK_EVERY_MS = 4;
/** How long one question may take, in ms. */
const PATIENCE_MS = 10_000;

let network: Network;
const producers: Producer<Uint8Array>[] = [];
/** How many of them are full. */
let full = 0;
/** @returns whether there was room for anything */
function fill(producer: Producer<Uint8Array>): boolean {
  for (let sent = 0; ; sent++) {
    try {
      producer.trySend(stalledDatum);
    } catch (error) {
      if (error instanceof StreamError && (error.code === "full" || error.code === "offline")) return sent > 0;
      throw error;
    }
  }
}

const commands = {
  async join(networkId: string): Promise<NodeAddress> {
    network = hold(await join(networkId));
    return addressOf(network);
  },
  produce(count: number): void {
    const options = { bufferBytes: PRODUCER_BUFFER_BYTES, noProgressLimitMs: NO_PROGRESS_LIMIT_MS };
    for (let i = 0; i < count; i++) producers.push(stalledStream(i).producer(network, options));
  },
  /** Waits until each of the first `count` has its consumer. */
  async subscribed(count: number): Promise<void> {
    for (const producer of producers.slice(0, count)) await producer.when().subscribed();
  },
  /**
   * Sends as much as there is room for, to one consumer after the other: all at once would be more than the processors of a small machine
   * can carry, and peers that hear nothing of each other for seconds part.
   *
   * @returns whether everything is full; if not, ask again
   */
  async fill(): Promise<boolean> {
    const startMs = performance.now();
    while (performance.now() - startMs < PATIENCE_MS) {
      const producer = producers[full];
      if (producer === undefined) return true;
      for (let looks = 0; looks < QUIET_LOOKS; looks++) {
        if (fill(producer)) looks = 0;
        await delay(LOOK_EVERY_MS);
      }
      full++;
    }
    return false;
  },
  /** How many streams still have their consumer. */
  connected: (): number => producers.filter((producer) => producer.consumers().length === 1).length,
  residentBytes,
};
export type StalledProducer = typeof commands;
serve(commands);
