/** Datums that arrived together, and what taking the last of them gives back. */
export interface Arrival<T> {
  readonly datums: readonly T[];
  /** The payload's length of each datum, in bytes. */
  readonly sizes: readonly number[];
  /** Lets the producer send as much again. */
  release(): void;
}

/**
 * What a consumer has received and the program has not taken. Taking is an array access: no promise is made for a datum that is there.
 */
export class Inbox<T> {
  #arrivals: Arrival<T>[] = [];
  #head = 0;
  /** The next datum of the first arrival. */
  #next = 0;
  #isEnded = false;
  #waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  #watchers: (() => void)[] = [];
  /** Taken so far. */
  datums = 0;
  bytes = 0;

  push(arrival: Arrival<T>): void {
    this.#arrivals.push(arrival);
    while (this.#waiting.length > 0 && this.#head < this.#arrivals.length) {
      this.#waiting.shift()!({ done: false, value: this.#take() });
    }
    this.#notify();
  }

  /** Calls `watcher` once, when something has arrived or nothing more will. */
  onArrival(watcher: () => void): void {
    this.#watchers.push(watcher);
  }

  /** No more will come: what is here can still be taken, then the iteration is done. */
  end(): void {
    this.#isEnded = true;
    this.#notify();
    if (this.#head < this.#arrivals.length) return;
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
  }

  get isEmpty(): boolean {
    return this.#head >= this.#arrivals.length;
  }

  get isDone(): boolean {
    return this.#isEnded && this.isEmpty;
  }

  /** The next datum; only when not empty. */
  take(): T {
    return this.#take();
  }

  /** The next datum as `for await` wants it: a promise only if it has to wait. */
  next(): IteratorResult<T, undefined> | Promise<IteratorResult<T, undefined>> {
    if (this.#head < this.#arrivals.length) return { done: false, value: this.#take() };
    if (this.#isEnded) return { done: true, value: undefined };
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #notify(): void {
    if (this.#watchers.length > 0) for (const watcher of this.#watchers.splice(0)) watcher();
  }

  #take(): T {
    const arrival = this.#arrivals[this.#head]!;
    const index = this.#next++;
    this.datums++;
    this.bytes += arrival.sizes[index]!;
    if (this.#next === arrival.datums.length) this.#advance(arrival);
    return arrival.datums[index]!;
  }

  #advance(arrival: Arrival<T>): void {
    this.#next = 0;
    this.#head++;
    if (this.#head === this.#arrivals.length || this.#head >= 64) {
      this.#arrivals = this.#arrivals.slice(this.#head);
      this.#head = 0;
    }
    arrival.release();
  }
}
