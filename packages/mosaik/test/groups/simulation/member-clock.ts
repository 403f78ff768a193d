import type { CancelTimer } from "../../../src/runtime/index.js";
import type { Timeline } from "./timeline.js";

/** What a member's clock shows: it runs at its own rate, which may change, and never jumps. It outlives the member's processes. */
export class MemberClock {
  readonly #timeline: Timeline;
  #rate: number;
  #baseMs: number;
  #sinceMs = 0;

  /** @param startMs what it shows at the beginning */
  constructor(timeline: Timeline, rate: number, startMs: number) {
    this.#timeline = timeline;
    this.#rate = rate;
    this.#baseMs = startMs;
  }

  get nowMs(): number {
    return this.#baseMs + this.#rate * (this.#timeline.nowMs - this.#sinceMs);
  }

  /** Timers that run already keep to the old rate. */
  setRate(rate: number): void {
    this.#baseMs = this.nowMs;
    this.#sinceMs = this.#timeline.nowMs;
    this.#rate = rate;
  }

  /** In `delayMs` of this clock. */
  after(delayMs: number, task: () => void): CancelTimer {
    return this.#timeline.after(delayMs / this.#rate, task);
  }
}
