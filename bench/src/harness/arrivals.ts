/** Counts what arrives at a receiver, and tells when as many have as were asked for. */
export class Arrivals {
  #arrived = 0;
  #expected = 0;
  #reached: (() => void) | undefined;

  /** How many have arrived; the number of the next one. */
  get count(): number {
    return this.#arrived;
  }

  /** Resolves when `count` more than were asked for before have arrived. */
  expect(count: number): Promise<void> {
    this.#expected += count;
    return new Promise((resolve) => {
      this.#reached = resolve;
      if (this.#arrived === this.#expected) resolve();
    });
  }

  add(count = 1): void {
    this.#arrived += count;
    if (this.#arrived === this.#expected) this.#reached?.();
  }
}
