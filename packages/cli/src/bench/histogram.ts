/** Each bucket ends so many times higher than the one before: that is how exact percentiles are. */
const GROWTH = 1.02;
const LEAST_MS = 0.001;
const LOG_GROWTH = Math.log(GROWTH);

/** What times were measured, in as little memory as there are orders of magnitude, to 2 %. */
export class Histogram {
  readonly #buckets: number[] = [];
  #count = 0;
  #maxMs = 0;

  get count(): number {
    return this.#count;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** @param ms one time */
  add(ms: number): void {
    const bucket = ms <= LEAST_MS ? 0 : Math.ceil(Math.log(ms / LEAST_MS) / LOG_GROWTH);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count++;
    this.#maxMs = Math.max(this.#maxMs, ms);
  }

  /** The time within which this share of all was, in ms; 0 where there were none. @param share from 0 to 1 */
  percentile(share: number): number {
    let left = Math.ceil(share * this.#count);
    for (const [bucket, count = 0] of this.#buckets.entries()) {
      left -= count;
      if (left <= 0) return Math.min(this.#maxMs, LEAST_MS * GROWTH ** bucket);
    }
    return this.#maxMs;
  }
}
