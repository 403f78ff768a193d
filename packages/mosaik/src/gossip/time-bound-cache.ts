interface Entry<V> {
  readonly value: V;
  readonly expiryMs: number;
}

/**
 * Values that expire, the latest insertion of a key counting. Bounded in number and weight: the oldest make room. Every entry of one
 * cache must live equally long.
 */
export class TimeBoundCache<K, V> {
  readonly #entries = new Map<K, Entry<V>>();
  readonly #max: number;
  readonly #weightMax: number;
  readonly #weigh: (value: V) => number;
  #weight = 0;

  constructor(max: number, weightMax = Infinity, weigh: (value: V) => number = () => 0) {
    this.#max = max;
    this.#weightMax = weightMax;
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  set(key: K, value: V, expiryMs: number): void {
    this.#delete(key);
    this.#entries.set(key, { value, expiryMs });
    this.#weight += this.#weigh(value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#max && this.#weight <= this.#weightMax) return;
      this.#delete(oldest);
    }
  }

  /** Drops what expired at `nowMs` or before. */
  expire(nowMs: number): void {
    // In the order of insertion, which is that of expiry.
    for (const [key, { expiryMs }] of this.#entries) {
      if (expiryMs > nowMs) return;
      this.#delete(key);
    }
  }

  #delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#weigh(entry.value);
  }
}
