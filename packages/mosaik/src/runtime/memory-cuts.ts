/** Which hosts cannot hear which: the cuts of a network, by the names of its hosts. Names of hosts to come are welcome. */
export class MemoryCuts {
  readonly #pairs = new Map<string, Set<string>>();
  readonly #isolated = new Set<string>();

  /** Nothing that `from` sends reaches `to`. */
  cut(from: string, to: string): void {
    const cut = this.#pairs.get(from) ?? new Set<string>();
    this.#pairs.set(from, cut.add(to));
  }

  mend(from: string, to: string): void {
    this.#pairs.get(from)?.delete(to);
  }

  /** The host hears nobody and nobody hears it. */
  isolate(name: string): void {
    this.#isolated.add(name);
  }

  rejoin(name: string): void {
    this.#isolated.delete(name);
  }

  mendAll(): void {
    this.#pairs.clear();
    this.#isolated.clear();
  }

  isCut(from: string, to: string): boolean {
    return this.#isolated.has(from) || this.#isolated.has(to) || this.#pairs.get(from)?.has(to) === true;
  }
}
