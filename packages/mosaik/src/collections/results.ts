import type { Index } from "../groups/index.js";

/** Results that are kept: so many commands may come between one that this node waits for and the moment it is told. */
const RESULTS_MAX = 65_536;

/** What came of commands, for those who wait for the results of theirs: kept only while somebody does. */
export class Results {
  readonly #results = new Map<Index, unknown>();
  #waiting = 0;

  /** A command was carried out. */
  add(index: Index, result: unknown): void {
    if (this.#waiting === 0 || result === undefined) return;
    this.#results.set(index, result);
    if (this.#results.size > RESULTS_MAX) this.#results.delete(this.#results.keys().next().value!);
  }

  /** What came of the command that `execute` has carried out: nothing if it was not seen, as when a snapshot took its place. */
  async of(execute: () => Promise<Index>): Promise<{ readonly index: Index; readonly result: unknown }> {
    this.#waiting++;
    try {
      const index = await execute();
      return { index, result: this.#results.get(index) };
    } finally {
      if (--this.#waiting === 0) this.#results.clear();
    }
  }

  clear(): void {
    this.#results.clear();
  }
}
