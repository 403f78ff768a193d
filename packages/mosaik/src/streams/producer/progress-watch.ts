import type { CancelTimer, Runtime } from "../../runtime/index.js";

/** How often is looked, at least, in ms. */
const CHECK_MS_MAX = 500;

/** What is watched: bytes that wait, and bytes that went. */
export interface Progress {
  readonly queuedBytes: number;
  readonly takenBytes: number;
}

/** Tells when bytes have waited for so long without any of them being taken. Costs a timer only while bytes wait. */
export class ProgressWatch {
  readonly #runtime: Pick<Runtime, "monoMs" | "after">;
  readonly #progress: Progress;
  readonly #limitMs: number;
  readonly #onStalled: () => void;
  #cancelTimer: CancelTimer | undefined;
  #takenBytes = 0;
  #sinceMs = 0;

  /** @param limitMs how long without progress; `Infinity` for no watch */
  constructor(runtime: Pick<Runtime, "monoMs" | "after">, progress: Progress, limitMs: number, onStalled: () => void) {
    this.#runtime = runtime;
    this.#progress = progress;
    this.#limitMs = limitMs;
    this.#onStalled = onStalled;
  }

  /** Bytes may have begun to wait. */
  begin(): void {
    if (this.#cancelTimer !== undefined || this.#limitMs === Infinity || this.#progress.queuedBytes === 0) return;
    this.#mark();
    this.#arm();
  }

  end(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #mark(): void {
    this.#takenBytes = this.#progress.takenBytes;
    this.#sinceMs = this.#runtime.monoMs();
  }

  #arm(): void {
    this.#cancelTimer = this.#runtime.after(Math.min(CHECK_MS_MAX, this.#limitMs / 4), () => {
      this.#cancelTimer = undefined;
      if (this.#progress.queuedBytes === 0) return;
      if (this.#progress.takenBytes !== this.#takenBytes) this.#mark();
      else if (this.#runtime.monoMs() - this.#sinceMs >= this.#limitMs) return this.#onStalled();
      this.#arm();
    });
  }
}
