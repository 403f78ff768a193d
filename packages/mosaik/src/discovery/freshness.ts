/**
 * Counts which of many times lie before a limit that moves on. The answer is kept until the limit reaches the next time, so that
 * asking again and again costs nothing.
 */
export class Freshness {
  readonly #times: () => Iterable<number>;
  /** `#staleCount` times lie before this; no other before `#nextMs`. */
  #limitMs = -Infinity;
  #staleCount = 0;
  #nextMs = Infinity;

  /** @param times all times, each as it was added */
  constructor(times: () => Iterable<number>) {
    this.#times = times;
  }

  add(timeMs: number): void {
    if (timeMs < this.#limitMs) this.#staleCount++;
    else this.#nextMs = Math.min(this.#nextMs, timeMs);
  }

  remove(timeMs: number): void {
    if (timeMs < this.#limitMs) this.#staleCount--;
  }

  /** How many times lie before `limitMs`. */
  staleCount(limitMs: number): number {
    const isKnown = limitMs <= this.#nextMs && (limitMs >= this.#limitMs || this.#staleCount === 0);
    if (!isKnown) this.#count(limitMs);
    return this.#staleCount;
  }

  #count(limitMs: number): void {
    this.#limitMs = limitMs;
    this.#staleCount = 0;
    this.#nextMs = Infinity;
    for (const timeMs of this.#times()) this.add(timeMs);
  }
}
