import { inHashOrder, type HashRank } from "../keys/hash-order.js";
import type { Identity } from "../keys/identity.js";

interface Ranked {
  readonly identity: Identity;
  readonly rank: HashRank;
  /** Which addition it was: of one rank, the key that was added first comes first. */
  readonly turn: number;
}

/** The keys of one priority. Which of them is first is kept in a heap from the first time that somebody asks. */
export class Bucket<P> {
  readonly #turns = new Map<Identity, number>();
  #nextTurn = 0;
  /** A binary heap; it also holds keys that have been removed since, or added again. */
  #heap: Ranked[] | undefined;

  constructor(
    readonly priority: P,
    private readonly rank: (identity: Identity) => HashRank,
  ) {}

  get size(): number {
    return this.#turns.size;
  }

  /** In the order of their addition. */
  keys(): IterableIterator<Identity> {
    return this.#turns.keys();
  }

  add(identity: Identity): void {
    const turn = this.#nextTurn++;
    this.#turns.set(identity, turn);
    if (this.#heap !== undefined) push(this.#heap, { identity, rank: this.rank(identity), turn });
  }

  delete(identity: Identity): void {
    this.#turns.delete(identity);
  }

  /** The first key in the order of Rust's borrowing iterators; the bucket is not empty. */
  first(): Identity {
    const heap = (this.#heap ??= this.#build());
    while (this.#turns.get(heap[0]!.identity) !== heap[0]!.turn) pop(heap);
    return heap[0]!.identity;
  }

  /** The keys in the order of Rust's consuming iterators. */
  ordered(): readonly Identity[] {
    if (this.#turns.size === 1) return [...this.#turns.keys()];
    const steps = inHashOrder([...this.#turns.keys()], this.rank, "owned");
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  #build(): Ranked[] {
    const heap = Array.from(this.#turns, ([identity, turn]) => ({ identity, rank: this.rank(identity), turn }));
    for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at);
    return heap;
  }
}

function isBefore(a: Ranked, b: Ranked): boolean {
  return a.rank === b.rank ? a.turn < b.turn : a.rank < b.rank;
}

function push(heap: Ranked[], item: Ranked): void {
  let at = heap.push(item) - 1;
  for (let parent = (at - 1) >> 1; at > 0 && isBefore(item, heap[parent]!); parent = (at - 1) >> 1) {
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = item;
}

function pop(heap: Ranked[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  heap[0] = last;
  sink(heap, 0);
}

function sink(heap: Ranked[], from: number): void {
  const item = heap[from]!;
  let at = from;
  for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, item)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = item;
}
