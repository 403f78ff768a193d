import { monitorEventLoopDelay } from "node:perf_hooks";

/** How often it is looked whether the event loop is late, in ms. */
const RESOLUTION_MS = 1;

/** Watches for how long the event loop of this process is held up. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#histogram.enable();
  }

  reset(): void {
    this.#histogram.reset();
  }

  /** The longest time since the last reset, in ms. */
  maxMs(): number {
    return Math.max(0, this.#histogram.max / 1e6 - RESOLUTION_MS);
  }
}
