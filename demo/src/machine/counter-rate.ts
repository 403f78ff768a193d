/** Long enough for counters that the kernel moves in steps of 10 ms, in ms. */
const WINDOW_MS = 1000;

/** How fast a counter grows, over about the last second. */
export class CounterRate {
  readonly #samples: { readonly atMs: number; readonly count: number }[] = [];

  /** Adds a sample and returns the growth since the oldest one in the window, with the time that it took in ms. */
  add(nowMs: number, count: number): { readonly growth: number; readonly elapsedMs: number } {
    this.#samples.push({ atMs: nowMs, count });
    while (this.#samples.length > 2 && nowMs - this.#samples[1]!.atMs >= WINDOW_MS) this.#samples.shift();
    const oldest = this.#samples[0]!;
    return { growth: Math.max(0, count - oldest.count), elapsedMs: nowMs - oldest.atMs };
  }

  /** As `add`, by the second. */
  perSecond(nowMs: number, count: number): number {
    const { growth, elapsedMs } = this.add(nowMs, count);
    return elapsedMs === 0 ? 0 : (growth * 1000) / elapsedMs;
  }
}
