import type { Session } from "../benchmark.js";

/** How many peers an idle node has. */
export const IDLE_PEERS = 10;
/** How long an idle node is watched, in ms. */
const WATCH_MS = 20_000;
/** What happens when a node joined is over after this time, in ms. */
const SETTLE_MS = 3000;
/** New peers are pinged more often than those that have answered steadily: after this time the intervals have grown, in ms. */
const STEADY_MS = 40_000;
/** Rounds of consumers, one at each peer, that are added for a figure. */
const CONSUMERS_PER_PEER = 5;

/** A process with a node that produces a stream, has ten peers in other processes, and does nothing. */
export interface IdleNode {
  residentBytes(): Promise<number>;
  /** The same process, or one like it, without the node. */
  bareBytes(): Promise<number>;
  /** Processor time used so far, in microseconds. */
  cpuMicros(): Promise<number>;
  /** Makes each peer connect a further consumer to the node; resolves when all are connected. */
  connectOneEach(): Promise<void>;
  close(): Promise<void>;
}

/** The memory of an idle node beyond that of its process, in MB. */
export function idleMemory(node: IdleNode): Session {
  return {
    warmUp: () => settle(),
    async measure() {
      return ((await node.residentBytes()) - (await node.bareBytes())) / 1e6;
    },
    close: () => node.close(),
  };
}

/** The share of a core that an idle node uses, in percent. */
export function idleCpu(node: IdleNode): Session {
  return {
    warmUp: () => settle(STEADY_MS),
    async measure() {
      const startMs = performance.now();
      const before = await node.cpuMicros();
      await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
      return (100 * ((await node.cpuMicros()) - before)) / 1000 / (performance.now() - startMs);
    },
    close: () => node.close(),
  };
}

/** The memory that each further connection of an idle node takes, in KB. */
export function idleConnections(node: IdleNode): Session {
  const measure = async (): Promise<number> => {
    const before = await node.residentBytes();
    for (let i = 0; i < CONSUMERS_PER_PEER; i++) await node.connectOneEach();
    await settle();
    return ((await node.residentBytes()) - before) / 1000 / (CONSUMERS_PER_PEER * IDLE_PEERS);
  };
  // The first ones fill what is reserved once.
  return { warmUp: async () => void (await measure()), measure, close: () => node.close() };
}

function settle(forMs = SETTLE_MS): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
