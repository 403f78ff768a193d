/** Items of a chunk, as far as there are so many; twice as many make two of it. */
const CHUNK = 256;

/** Items in ascending order, no two of them equal: in chunks, so that one more moves few others. */
export class SortedList<T> {
  readonly #chunks: T[][] = [];

  constructor(private readonly compare: (a: T, b: T) => number) {}

  get first(): T | undefined {
    return this.#chunks[0]?.[0];
  }

  get last(): T | undefined {
    return this.#chunks.at(-1)?.at(-1);
  }

  /** Adds an item of which there is no equal yet. */
  add(item: T): void {
    if (this.#chunks.length === 0) {
      this.#chunks.push([item]);
      return;
    }
    const at = this.#chunkOf((other) => this.compare(other, item));
    const chunk = this.#chunks[at]!;
    chunk.splice(
      placeIn(chunk, (other) => this.compare(other, item)),
      0,
      item,
    );
    if (chunk.length > 2 * CHUNK) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK));
  }

  /** Removes an item that is there. */
  remove(item: T): void {
    const at = this.#chunkOf((other) => this.compare(other, item));
    const chunk = this.#chunks[at]!;
    chunk.splice(
      placeIn(chunk, (other) => this.compare(other, item)),
      1,
    );
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /**
   * The items from one end to another, in ascending order. The list must not change meanwhile.
   *
   * @param start negative for items before the first wanted
   * @param isIn whether an item is not yet behind the last wanted
   */
  *from(start: (item: T) => number, isIn: (item: T) => boolean): Generator<T> {
    if (this.#chunks.length === 0) return;
    let at = this.#chunkOf(start);
    let place = placeIn(this.#chunks[at]!, start);
    for (; at < this.#chunks.length; at++, place = 0) {
      const chunk = this.#chunks[at]!;
      for (; place < chunk.length; place++) {
        if (!isIn(chunk[place]!)) return;
        yield chunk[place]!;
      }
    }
  }

  /** All items, ascending. The list must not change meanwhile. */
  *ascending(): Generator<T> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  /** All items, descending. The list must not change meanwhile. */
  *descending(): Generator<T> {
    for (let at = this.#chunks.length - 1; at >= 0; at--) {
      const chunk = this.#chunks[at]!;
      for (let place = chunk.length - 1; place >= 0; place--) yield chunk[place]!;
    }
  }

  /** The last chunk that begins before what is sought, or with it; else the first. */
  #chunkOf(order: (item: T) => number): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (order(this.#chunks[middle]![0]!) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Where the first item stands that is not before what is sought. */
function placeIn<T>(items: readonly T[], order: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(items[middle]!) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
