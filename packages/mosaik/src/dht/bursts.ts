import type { CancelTimer, Runtime } from "../runtime/index.js";

/** Datagrams sent without a pause. Answers of some 600 bytes to three times as many overrun a socket's buffer of 208 KiB, Linux's default. */
const BURST = 32;
/** The pause, in ms: enough for the answers of nodes that are near to be read. */
const PAUSE_MS = 5;

/** Lets tasks through in their order, so many at once and the others after pauses. */
export class Bursts {
  readonly #runtime: Pick<Runtime, "after">;
  #waiting: (() => void)[] = [];
  #doneCount = 0;
  #cancelTimer: CancelTimer | undefined;

  constructor(runtime: Pick<Runtime, "after">) {
    this.#runtime = runtime;
  }

  /** Does it now, or in a later burst. */
  add(task: () => void): void {
    this.#waiting.push(task);
    this.#goOn();
  }

  /** What waits is not done any more. */
  close(): void {
    this.#waiting = [];
    this.#cancelTimer?.();
  }

  #goOn(): void {
    for (const task of this.#waiting.splice(0, BURST - this.#doneCount)) {
      this.#doneCount++;
      task();
    }
    this.#cancelTimer ??= this.#runtime.after(PAUSE_MS, () => {
      this.#cancelTimer = undefined;
      this.#doneCount = 0;
      if (this.#waiting.length > 0) this.#goOn();
    });
  }
}
