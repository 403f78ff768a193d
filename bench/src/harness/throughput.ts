import type { Session } from "../benchmark.js";
import { median } from "../statistics.js";
import { closeAll, type AnyChild } from "./child.js";
import { foreignShare, processorTime } from "./machine.js";

/** How long a measurement shall take, in ms. */
const MEASURE_MS = 800;
/** A trial at least this long says how many items that is, in ms. */
const TRIAL_MS = 250;
const TRIAL_GROWTH = 4;
/** A load is warm when so many measurements in a row were no better than the best before them; after so many in any case. */
const SETTLED_ROUNDS = 2;
const WARM_UP_ROUNDS_MAX = 10;

/** Something that moves items from one process to another. */
export interface Load {
  /** Moves `count` items; resolves when the receiver has counted and checked them all. */
  move(count: number): Promise<void>;
  /** Processor time used so far, in microseconds, where it is known. */
  cpuMicros?(): Promise<number>;
  remarks?(): string | undefined;
  close(): Promise<void>;
}

/**
 * A load between processes of ours.
 *
 * @param connect makes them ready
 * @throws what `connect` throws; the processes are ended then
 */
export async function loadOf(
  processes: readonly AnyChild[],
  connect: () => Promise<void>,
  move: (count: number) => Promise<unknown>,
): Promise<Load> {
  const close = (): Promise<void> => closeAll(...processes);
  try {
    await connect();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    move: async (count) => void (await move(count)),
    async cpuMicros() {
      const used = await Promise.all(processes.map((process) => process.cpuMicros()));
      return used.reduce((sum, micros) => sum + micros, 0);
    },
    close,
  };
}

/**
 * Measures how fast a load moves: from the order to send until the receiver reports that everything is there and in order. The
 * number of items is chosen so that every contender is measured for about the same time.
 *
 * @param firstCount how many items to begin the trials with
 * @param unitsPerItem 1 for items a second
 */
export function throughput(load: Load, firstCount: number, unitsPerItem = 1): Session {
  let count = firstCount;
  const costs: Cost[] = [];
  const timeMs = async (): Promise<number> => {
    const startMs = performance.now();
    await load.move(count);
    return performance.now() - startMs;
  };
  return {
    async warmUp() {
      let tookMs = await timeMs();
      while (tookMs < TRIAL_MS) {
        count *= TRIAL_GROWTH;
        tookMs = await timeMs();
      }
      // Programs that compile while they run, several on a core, are not at their speed after a moment.
      let best = count / tookMs;
      let settled = 0;
      for (let round = 0; round < WARM_UP_ROUNDS_MAX && settled < SETTLED_ROUNDS; round++) {
        count = Math.ceil(best * MEASURE_MS);
        const rate = count / (await timeMs());
        settled = rate > best ? 0 : settled + 1;
        best = Math.max(best, rate);
      }
    },
    async measure() {
      const ownBefore = await load.cpuMicros?.();
      const before = processorTime();
      const tookMs = await timeMs();
      const after = processorTime();
      const ownAfter = await load.cpuMicros?.();
      if (ownBefore !== undefined && ownAfter !== undefined) {
        const ownMicros = ownAfter - ownBefore;
        costs.push({ itemMicros: ownMicros / count, foreignShare: foreignShare(before, after, ownMicros / 1000) });
      }
      return (count * unitsPerItem * 1000) / tookMs;
    },
    remarks: () => [load.remarks?.(), describe(costs)].filter((part) => part !== undefined).join("; "),
    close: () => load.close(),
  };
}

/** What a round has cost. */
interface Cost {
  /** Processor time of all processes of the load for each item, in microseconds. */
  readonly itemMicros: number;
  /** The share of the machine that was used by other programs. */
  readonly foreignShare: number;
}

function describe(costs: readonly Cost[]): string | undefined {
  if (costs.length === 0) return undefined;
  const itemMicros = median(costs.map((cost) => cost.itemMicros));
  const foreign = median(costs.map((cost) => cost.foreignShare));
  return (
    `${itemMicros.toPrecision(3)} us of CPU an item in all processes, ` +
    `other programs had ${(100 * foreign).toFixed(0)} % of the machine`
  );
}
