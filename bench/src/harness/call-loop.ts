import { percentile } from "../statistics.js";

/** How many calls, and how many of them side by side. */
export interface CallCount {
  readonly count: number;
  readonly inFlight: number;
}

/** How long calls took, in microseconds. */
export interface CallTimes {
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/**
 * Makes calls: `inFlight` side by side, each its next one when the one before has been answered.
 *
 * @param call makes the call of this number and checks its answer
 */
export async function callInTurn(
  call: (index: number) => Promise<void>,
  { count, inFlight }: CallCount,
): Promise<CallTimes> {
  const tookMicros = new Float64Array(count);
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const startMs = performance.now();
      await call(index);
      tookMicros[index] = (performance.now() - startMs) * 1000;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, run));
  return { p50Micros: percentile(tookMicros, 0.5), p99Micros: percentile(tookMicros, 0.99) };
}
