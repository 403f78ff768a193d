/** Things that arrive and those who wait for them, both in order. */
export class MemoryInbox<T> {
  #items: T[] = [];
  #waits: { resolve: (item: T) => void; reject: (error: unknown) => void }[] = [];
  #onEmpty: (() => Promise<T>) | undefined;

  /** What arrived and was not taken. */
  get items(): readonly T[] {
    return this.#items;
  }

  /** Hands over an item; after the end it is dropped. */
  push(item: T): void {
    if (this.#onEmpty !== undefined) return;
    const wait = this.#waits.shift();
    if (wait === undefined) this.#items.push(item);
    else wait.resolve(item);
  }

  /** The next item, now or later. */
  take(): Promise<T> {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift()!);
    if (this.#onEmpty !== undefined) return this.#onEmpty();
    return new Promise((resolve, reject) => this.#waits.push({ resolve, reject }));
  }

  /**
   * Nothing more will arrive.
   *
   * @param onEmpty what those who wait get, and those who come after the last item
   * @param keepsItems whether what arrived before can still be taken
   */
  end(onEmpty: () => Promise<T>, keepsItems: boolean): void {
    if (this.#onEmpty !== undefined) return;
    this.#onEmpty = onEmpty;
    if (!keepsItems) this.#items = [];
    const waits = this.#waits;
    this.#waits = [];
    for (const wait of waits) onEmpty().then(wait.resolve, wait.reject);
  }
}
