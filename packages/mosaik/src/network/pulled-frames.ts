import type { Runtime } from "../runtime/index.js";

/** Frames that have arrived and are asked for one at a time. Their credit is held back while any of them waits. */
export class PulledFrames {
  readonly #runtime: Pick<Runtime, "after">;
  readonly #release: (bytes: number) => void;
  #frames: Uint8Array[] = [];
  /** Bytes delivered but not granted again. */
  #heldBytes = 0;
  #wake: (() => void) | undefined;

  /** @param release gives credit back */
  constructor(runtime: Pick<Runtime, "after">, release: (bytes: number) => void) {
    this.#runtime = runtime;
    this.#release = release;
  }

  /** The next one, which stays. */
  get first(): Uint8Array | undefined {
    return this.#frames[0];
  }

  push(frame: Uint8Array): void {
    this.#frames.push(frame);
  }

  take(): Uint8Array | undefined {
    const frame = this.#frames.shift();
    if (frame !== undefined) this.#grantHeld();
    return frame;
  }

  /** A chunk has arrived, and cost so much credit. */
  arrived(bytes: number): void {
    this.#heldBytes += bytes;
    this.#grantHeld();
    this.wake();
  }

  /** Whoever waits looks again. */
  wake(): void {
    this.#wake?.();
  }

  /** Somebody else takes what has arrived, and what comes. @returns the credit that is held for it, in bytes */
  handOver(onFrame: (frame: Uint8Array) => void): number {
    for (const frame of this.#frames.splice(0)) onFrame(frame);
    const heldBytes = this.#heldBytes;
    this.#heldBytes = 0;
    return heldBytes;
  }

  /**
   * Waits until `take` gives something; it is asked whenever something has arrived.
   *
   * @param end throws where nothing more will come
   * @returns nothing after `timeoutMs`
   */
  async wait<T>(timeoutMs: number | undefined, take: () => T | undefined, end: () => void): Promise<T | undefined> {
    let isLate = false;
    const cancelTimer =
      timeoutMs === undefined
        ? undefined
        : this.#runtime.after(timeoutMs, () => {
            isLate = true;
            this.#wake?.();
          });
    try {
      for (;;) {
        const taken = take();
        if (taken !== undefined) return taken;
        end();
        if (isLate) return undefined;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      cancelTimer?.();
      this.#wake = undefined;
    }
  }

  #grantHeld(): void {
    if (this.#frames.length > 0 || this.#heldBytes === 0) return;
    this.#release(this.#heldBytes);
    this.#heldBytes = 0;
  }
}
