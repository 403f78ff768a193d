import { setTimeout as delay } from "node:timers/promises";
import type { DhtTestnet } from "@mosaik/interop";
import type { Session } from "../benchmark.js";

/** How many nodes the DHT has: as many as a lookup asks. */
export const DHT_NODES = 20;
/** A node that is there writes its record at its first look, or a second later; longer than this is a failure. */
const PUBLISHED_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 100;

/** A node that is in a network, and one that joins it; neither is given anything but the network's id. */
export interface DhtPair {
  readonly dht: DhtTestnet;
  first(network: string): Promise<void>;
  /** @returns how long it took from joining until the other was in its catalog, in ms */
  second(network: string): Promise<number>;
  /** Both leave. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

/** From joining until the first peer, of which there is one: each time in a new network. */
export function dhtJoin(pair: DhtPair): Session {
  let networks = 0;
  const measure = async (): Promise<number> => {
    const network = `bench-dht-join-${++networks}`;
    await pair.first(network);
    await published(pair.dht, network);
    const tookMs = await pair.second(network);
    await pair.leave();
    return tookMs;
  };
  return { warmUp: async () => void (await measure()), measure, close: () => pair.close() };
}

async function published(dht: DhtTestnet, network: string): Promise<void> {
  const endMs = performance.now() + PUBLISHED_WITHIN_MS;
  while (!(await dht.slots(network)).some(({ peer }) => peer)) {
    if (performance.now() > endMs) throw new Error(`no record in the DHT after ${PUBLISHED_WITHIN_MS} ms`);
    await delay(LOOK_EVERY_MS);
  }
}
