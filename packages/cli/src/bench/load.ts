import { Histogram } from "./histogram.js";

/** What was measured. */
export interface Measurement {
  readonly items: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly latency: Histogram;
}

/** How much is done. */
export interface Limits {
  readonly count: number;
  readonly durationMs: number;
  readonly signal: AbortSignal;
}

/** What nobody measures: until then code is compiled and paths are found. */
const WARM_UP_MS = 300;

/** Does something again and again, so many times at once, and measures how long each takes. @throws what it throws */
export async function repeatedly(
  operation: (number: number) => Promise<unknown>,
  { size, concurrency }: { readonly size: number; readonly concurrency: number },
  limits: Limits,
): Promise<Measurement> {
  await round(operation, concurrency, { ...limits, durationMs: WARM_UP_MS });
  const startMs = performance.now();
  const latency = await round(operation, concurrency, limits);
  return { items: latency.count, bytes: latency.count * size, elapsedMs: performance.now() - startMs, latency };
}

async function round(
  operation: (number: number) => Promise<unknown>,
  concurrency: number,
  { count, durationMs, signal }: Limits,
): Promise<Histogram> {
  const latency = new Histogram();
  const endMs = performance.now() + durationMs;
  let begun = 0;
  const worker = async () => {
    while (begun < count) {
      signal.throwIfAborted();
      const startMs = performance.now();
      if (startMs >= endMs) return;
      await operation(begun++);
      latency.add(performance.now() - startMs);
    }
  };
  await orAborted(Promise.all(Array.from({ length: concurrency }, worker)), signal);
  return latency;
}

/** What is under way is left to whoever closes what it waits for: a listener for each would cost more than the operation. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort!: () => void;
  const aborted = new Promise<never>((_, reject) => (onAbort = () => reject(signal.reason as Error)));
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
