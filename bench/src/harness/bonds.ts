import type { Session } from "../benchmark.js";

/** Groups that all nodes are members of, and the nodes beside the one that is watched: it has a bond with each of them in each group. */
export const GROUPS = 20;
export const OTHERS = 10;
const BONDS = GROUPS * OTHERS;
/** What happens when bonds are made is over after this time, in ms. */
const SETTLE_MS = 10_000;
/** How long a node is watched, in ms. */
const WATCH_MS = 10_000;

/** A process with a node that is to have bonds, and the nodes in other processes that it is to have them with. */
export interface BondedNode {
  /** All nodes join their groups; resolves when the node that is watched has a bond with each other in each, and follows their leaders. */
  bond(): Promise<void>;
  /** What the process of the node has in memory, in bytes. */
  residentBytes(): Promise<number>;
  /** Processor time used so far, in microseconds. */
  cpuMicros(): Promise<number>;
  close(): Promise<void>;
}

/** What the memory of a node grows by with its groups, for each bond in them, in KB. Told once: nothing changes any more. */
export function bondMemory(node: BondedNode): Session {
  let grownBytes = 0;
  return {
    async warmUp() {
      const before = await node.residentBytes();
      await node.bond();
      await settle(SETTLE_MS);
      grownBytes = (await node.residentBytes()) - before;
    },
    measure: () => Promise.resolve(grownBytes / 1000 / BONDS),
    close: () => node.close(),
  };
}

/** The share of a core that a node uses that has the bonds and is given nothing to do, in percent. */
export function bondCpu(node: BondedNode): Session {
  return {
    async warmUp() {
      await node.bond();
      await settle(SETTLE_MS);
    },
    async measure() {
      const startMs = performance.now();
      const before = await node.cpuMicros();
      await settle(WATCH_MS);
      return ((await node.cpuMicros()) - before) / 10 / (performance.now() - startMs);
    },
    close: () => node.close(),
  };
}

function settle(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs));
}
