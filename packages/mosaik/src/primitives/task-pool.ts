/**
 * Runs tasks named by a key, at most so many at once and each key at most once at a time. A key that is asked for while its task
 * runs is run once more afterwards.
 */
export class TaskPool<K> {
  readonly #concurrentMax: number;
  readonly #run: (key: K) => Promise<void>;
  readonly #waiting = new Set<K>();
  readonly #running = new Set<K>();
  #idleWaiters: (() => void)[] = [];

  /** @param run must not reject */
  constructor(concurrentMax: number, run: (key: K) => Promise<void>) {
    this.#concurrentMax = concurrentMax;
    this.#run = run;
  }

  add(key: K): void {
    this.#waiting.add(key);
    this.#startNext();
  }

  /** Whether the key's task waits or runs. */
  has(key: K): boolean {
    return this.#waiting.has(key) || this.#running.has(key);
  }

  /** How many tasks wait or run. */
  get size(): number {
    return this.#waiting.size + this.#running.size;
  }

  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Forgets what has not begun. */
  clear(): void {
    this.#waiting.clear();
  }

  #startNext(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#concurrentMax) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.add(key);
      void this.#run(key).finally(() => {
        this.#running.delete(key);
        this.#startNext();
        if (this.size === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
      });
    }
  }
}
