import type { Session } from "../benchmark.js";
import { median } from "../statistics.js";
import { closeAll, type AnyChild } from "./child.js";

/** How long a measurement shall take, in ms. */
const MEASURE_MS = 800;
/** A trial at least this long says how many items that is, in ms. */
const TRIAL_MS = 250;
const TRIAL_GROWTH = 4;

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
  /** Processor time of all processes for each item of a round, in ns. */
  const cpuNanos: number[] = [];
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
      count = Math.ceil((count * MEASURE_MS) / tookMs);
      await timeMs();
    },
    async measure() {
      const before = await load.cpuMicros?.();
      const tookMs = await timeMs();
      const after = await load.cpuMicros?.();
      if (before !== undefined && after !== undefined) cpuNanos.push(((after - before) * 1000) / count);
      return (count * unitsPerItem * 1000) / tookMs;
    },
    remarks() {
      const cpu =
        cpuNanos.length > 0
          ? `${(median(cpuNanos) / 1000).toPrecision(3)} us of CPU an item in all processes`
          : undefined;
      return [load.remarks?.(), cpu].filter((part) => part !== undefined).join("; ");
    },
    close: () => load.close(),
  };
}
