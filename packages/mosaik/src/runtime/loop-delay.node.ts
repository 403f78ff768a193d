import { monitorEventLoopDelay, type IntervalHistogram } from "node:perf_hooks";

/** How often it is looked whether the event loop comes around, in ms. */
const RESOLUTION_MS = 20;
/** How long a delay is told of, at least, in ms. */
const WINDOW_MS = 10_000;

/**
 * The longest that the event loop was held up in the last 10 to 20 seconds; where it is asked less often, since it was asked before. It is watched
 * from the first question on, so that who never asks pays nothing.
 */
export class LoopDelay {
  #histogram: IntervalHistogram | undefined;
  #beganAtMs = 0;
  #before = 0;

  /** In ms. */
  read(nowMs: number): number {
    if (this.#histogram === undefined) {
      this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      this.#histogram.enable();
      this.#beganAtMs = nowMs;
      return 0;
    }
    // The time between two looks is what is measured, the wait of a loop at leisure included.
    const longest = Math.max(0, this.#histogram.max / 1e6 - RESOLUTION_MS);
    const delayMs = Math.max(this.#before, longest);
    if (nowMs - this.#beganAtMs >= WINDOW_MS) {
      this.#before = longest;
      this.#beganAtMs = nowMs;
      this.#histogram.reset();
    }
    return delayMs;
  }
}
