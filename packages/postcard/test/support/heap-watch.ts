/** How often memory is looked at: three times in each half of a run. */
const CHECKPOINTS = 6;

/**
 * Whether memory grows with what a long run takes in: what is in use after a collection at evenly spaced checkpoints. What
 * is held for a while, such as a table that is swept now and then, goes up and down; what is never let go makes even the least of the
 * second half more than the least of the first. Nothing is collected in between but as in any program.
 *
 * Needs node's --expose-gc.
 */
export class HeapWatch {
  readonly #every: number;
  readonly #usedBytes: number[] = [];

  /** @param total how many steps the run has */
  constructor(total: number) {
    this.#every = Math.floor(total / CHECKPOINTS);
  }

  /** To be called behind each step, with how many have been done. */
  after(done: number): void {
    if (done % this.#every === 0) this.#look();
  }

  /** Bytes that the second half of the run left behind. */
  get grownBytes(): number {
    const half = CHECKPOINTS / 2;
    return Math.min(...this.#usedBytes.slice(half)) - Math.min(...this.#usedBytes.slice(0, half));
  }

  /** What was in use at the checkpoints, in MB, for messages. */
  get course(): string {
    return this.#usedBytes.map((bytes) => (bytes / 1e6).toFixed(1)).join(", ");
  }

  #look(): void {
    globalThis.gc!();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    this.#usedBytes.push(heapUsed + arrayBuffers);
  }
}
