import type { Session } from "../benchmark.js";
import { median } from "../statistics.js";
import type { CallCount, CallTimes } from "./call-loop.js";
import type { AnyChild } from "./child.js";
import { loadOf, throughput, type Load } from "./throughput.js";

/** Calls before the first figure of calls that are made one at a time. */
const WARM_UP_CALLS = 3000;
/** Calls of a figure. */
const CALLS = 2000;

/** Somebody who calls, and somebody who answers. */
export interface CallLoad extends Pick<Load, "cpuMicros" | "close"> {
  /** Resolves when all calls have been answered, rightly. */
  call(count: CallCount): Promise<CallTimes>;
}

/**
 * Calls between processes of ours.
 *
 * @param connect makes them ready
 * @throws what `connect` throws; the processes are ended then
 */
export async function callLoadOf(
  processes: readonly AnyChild[],
  connect: () => Promise<void>,
  call: (count: CallCount) => Promise<CallTimes>,
): Promise<CallLoad> {
  const load = await loadOf(processes, connect, () => Promise.resolve());
  return { ...load, call };
}

/** How long a call alone takes: the median, in microseconds. */
export function callTime(load: CallLoad): Session {
  const p99s: number[] = [];
  return {
    async warmUp() {
      await load.call({ count: WARM_UP_CALLS, inFlight: 1 });
    },
    async measure() {
      const { p50Micros, p99Micros } = await load.call({ count: CALLS, inFlight: 1 });
      p99s.push(p99Micros);
      return p50Micros;
    },
    remarks: () => `p99 ${median(p99s).toFixed(0)} us`,
    close: () => load.close(),
  };
}

/** How many calls a second are answered, with so many side by side. */
export function callRate(load: CallLoad, inFlight: number): Session {
  const move = async (count: number): Promise<void> => void (await load.call({ count, inFlight }));
  return throughput({ ...load, move }, 500);
}
