/** Elements of a chunk, as far as there are so many; twice as many make two of it. */
const CHUNK = 512;

interface Chunk<T> {
  items: T[];
  /** Who else may hold the items: everybody who froze them since. */
  generation: number;
}

/** A sequence in chunks: one is copied when it is written to after a freeze, so that freezing copies none. */
export class ChunkedVec<T> {
  #chunks: Chunk<T>[] = [];
  #length = 0;
  #generation = 0;
  /** Where each chunk begins; known for the first `#known` chunks. */
  #starts: number[] = [];
  #known = 0;

  get length(): number {
    return this.#length;
  }

  /** The element at an index within the length. */
  get(index: number): T {
    const at = this.#locate(index);
    return this.#chunks[at]!.items[index - this.#starts[at]!]!;
  }

  set(index: number, value: T): void {
    const at = this.#locate(index);
    this.#own(at)[index - this.#starts[at]!] = value;
  }

  /** Inserts before an index up to the length. */
  insert(index: number, items: readonly T[]): void {
    if (index === this.#length) this.#append(items);
    else this.#insertWithin(index, items);
    this.#length += items.length;
  }

  /** Removes elements, all of which are there. */
  remove(index: number, count: number): void {
    let left = count;
    while (left > 0) {
      const at = this.#locate(index);
      const offset = index - this.#starts[at]!;
      const items = this.#chunks[at]!.items;
      const here = Math.min(left, items.length - offset);
      if (here === items.length) this.#replace(at, 1);
      else {
        this.#own(at).splice(offset, here);
        this.#forget(at);
        this.#join(at);
      }
      left -= here;
      this.#length -= here;
    }
  }

  /** The elements as they are now, for ever. */
  freeze(): FrozenVec<T> {
    this.#generation++;
    return new FrozenVec(this.#chunks.map(({ items }) => items));
  }

  *[Symbol.iterator](): Generator<T> {
    yield* this.freeze();
  }

  #append(items: readonly T[]): void {
    let next = 0;
    const last = this.#chunks.length - 1;
    if (last >= 0 && this.#chunks[last]!.items.length < CHUNK) {
      const tail = this.#own(last);
      while (next < items.length && tail.length < CHUNK) tail.push(items[next++]!);
    }
    this.#chunks.push(...this.#cut(items, next));
  }

  #insertWithin(index: number, items: readonly T[]): void {
    const at = this.#locate(index);
    const offset = index - this.#starts[at]!;
    const old = this.#chunks[at]!.items;
    if (old.length + items.length <= 2 * CHUNK) {
      this.#own(at).splice(offset, 0, ...items);
      this.#forget(at);
    } else {
      this.#replace(at, 1, this.#cut([...old.slice(0, offset), ...items, ...old.slice(offset)]));
    }
  }

  #cut(items: readonly T[], from = 0): Chunk<T>[] {
    const chunks: Chunk<T>[] = [];
    for (let at = from; at < items.length; at += CHUNK) {
      chunks.push({ items: items.slice(at, at + CHUNK), generation: this.#generation });
    }
    return chunks;
  }

  /** Two chunks that fit into one become one. */
  #join(at: number): void {
    const next = this.#chunks[at + 1];
    if (next === undefined || this.#chunks[at]!.items.length + next.items.length > CHUNK) return;
    this.#own(at).push(...next.items);
    this.#replace(at + 1, 1);
  }

  #replace(at: number, count: number, chunks: readonly Chunk<T>[] = []): void {
    this.#chunks.splice(at, count, ...chunks);
    this.#forget(at - 1);
  }

  /** The items of a chunk, to be written to. */
  #own(at: number): T[] {
    const chunk = this.#chunks[at]!;
    if (chunk.generation !== this.#generation) {
      chunk.items = chunk.items.slice();
      chunk.generation = this.#generation;
    }
    return chunk.items;
  }

  /** The chunks behind one begin elsewhere now. */
  #forget(at: number): void {
    this.#known = Math.min(this.#known, Math.max(at + 1, 0));
  }

  /** The chunk that an index lies in. */
  #locate(index: number): number {
    while (this.#known < this.#chunks.length) {
      const before = this.#known - 1;
      this.#starts[this.#known++] = before < 0 ? 0 : this.#starts[before]! + this.#chunks[before]!.items.length;
    }
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** A sequence that is written to no more. */
export class FrozenVec<T> implements Iterable<T> {
  constructor(private readonly chunks: readonly (readonly T[])[]) {}

  *[Symbol.iterator](): Generator<T> {
    for (const chunk of this.chunks) yield* chunk;
  }

  toArray(): T[] {
    return this.chunks.flatMap((chunk) => chunk);
  }
}
