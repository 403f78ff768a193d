import type { HashRank } from "../keys/hash-order.js";
import type { Identity } from "../keys/identity.js";
import { Bucket } from "./bucket.js";
import { KeptMap } from "./kept-map.js";
import { SortedList } from "./sorted-list.js";

/** What is known of the types of a queue. */
export interface PriorityTypes<P> {
  /** What stands for a priority. */
  readonly identity: (priority: P) => Identity;
  readonly compare: (a: P, b: P) => number;
  /** Where the key that an identity stands for is in Rust's order. */
  readonly rank: (key: Identity) => HashRank;
}

/** What a queue holds of a key. */
export interface Held<P, V> {
  readonly priority: P;
  readonly value: V;
}

/** Entries by their keys, and keys by their priority. */
export class PriorityIndex<P, V> {
  readonly entries = new KeptMap<Held<P, V>>();
  /** One bucket for each priority that there is. */
  readonly order: SortedList<Bucket<P>>;
  readonly #buckets = new Map<Identity, Bucket<P>>();

  constructor(private readonly types: PriorityTypes<P>) {
    this.order = new SortedList((a, b) => types.compare(a.priority, b.priority));
  }

  /** Adds an entry, or puts another in its place: then it is the newest of its priority, also if that is the same. */
  put(key: Identity, held: Held<P, V>): void {
    const previous = this.entries.get(key);
    if (previous !== undefined) this.#leave(key, previous.priority);
    this.entries.set(key, held);
    this.#bucketOf(held.priority).add(key);
  }

  /** Removes an entry that is there. */
  delete(key: Identity, priority: P): void {
    this.entries.delete(key);
    this.#leave(key, priority);
  }

  #bucketOf(priority: P): Bucket<P> {
    const name = this.types.identity(priority);
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = new Bucket(priority, this.types.rank);
      this.#buckets.set(name, bucket);
      this.order.add(bucket);
    }
    return bucket;
  }

  #leave(key: Identity, priority: P): void {
    const name = this.types.identity(priority);
    const bucket = this.#buckets.get(name)!;
    bucket.delete(key);
    if (bucket.size > 0) return;
    this.#buckets.delete(name);
    this.order.remove(bucket);
  }
}
