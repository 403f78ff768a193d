import { t, type Codec, type Some } from "@mosaik/postcard";
import type { Identity } from "../keys/identity.js";
import { keysOf, type Keys } from "../keys/keys.js";
import { Bucket } from "./bucket.js";
import { sameBytes } from "./equality.js";
import { FrozenEntries } from "./frozen-entries.js";
import { FrozenMap } from "./overlay.js";
import { SortedList } from "./sorted-list.js";
import type { CollectionState, Frozen, Tell } from "./state.js";
import { snapshotRequestCodec, type SnapshotRequest } from "./take-snapshot.js";

/** One end of a range of priorities. */
export type PriorityBound<P> =
  | { readonly kind: "Included"; readonly value: P }
  | { readonly kind: "Excluded"; readonly value: P }
  | { readonly kind: "Unbounded"; readonly value?: undefined };

/** The commands of a priority queue, in the order of their numbers on the wire (spec 06 §6.7). */
export type PriorityQueueCommand<P, K, V> =
  | { kind: "Clear"; value?: undefined }
  | { kind: "Insert"; value: { priority: P; key: K; value: V } }
  | { kind: "Extend"; value: [P, K, V][] }
  | { kind: "UpdatePriority"; value: { key: K; priority: P } }
  | { kind: "UpdateValue"; value: { key: K; value: V } }
  | { kind: "CompareExchangeValue"; value: { key: K; expected: V; new: Some<V> | undefined } }
  | { kind: "RemoveKeys"; value: K[] }
  | { kind: "RemoveRange"; value: { start: PriorityBound<P>; end: PriorityBound<P> } }
  | { kind: "TakeSnapshot"; value: SnapshotRequest };

export interface PriorityQueueEntry<P, K, V> {
  readonly priority: P;
  readonly key: K;
  readonly value: V;
}

/** What happened to a priority queue. `evicted` is what had the lowest priority when there was no room. */
export type PriorityQueueChange<P, K, V> =
  | ({
      readonly kind: "set";
      readonly previous: Omit<PriorityQueueEntry<P, K, V>, "key"> | undefined;
    } & PriorityQueueEntry<P, K, V>)
  | ({ readonly kind: "removed" | "evicted" } & PriorityQueueEntry<P, K, V>)
  | { readonly kind: "cleared" };

export type PriorityQueueItem<P, K, V> = [priority: P, key: K, value: V];

export function priorityQueueCommandCodec<P, K, V>(
  priority: Codec<P>,
  key: Codec<K>,
  value: Codec<V>,
): Codec<PriorityQueueCommand<P, K, V>> {
  const [P, K, V] = [t.encoded(priority), t.encoded(key), t.encoded(value)];
  const bound = t.enum({ Included: P, Excluded: P, Unbounded: t.unit }) as Codec<unknown> as Codec<PriorityBound<P>>;
  return t.enum({
    Clear: t.unit,
    Insert: t.struct({ priority: P, key: K, value: V }),
    Extend: t.vec(t.tuple(P, K, V)),
    UpdatePriority: t.struct({ key: K, priority: P }),
    UpdateValue: t.struct({ key: K, value: V }),
    CompareExchangeValue: t.struct({ key: K, expected: V, new: t.nestedOption(V) }),
    RemoveKeys: t.vec(K),
    RemoveRange: t.struct({ start: bound, end: bound }),
    TakeSnapshot: snapshotRequestCodec,
  });
}

interface Held<P, V> {
  readonly priority: P;
  readonly value: V;
}

type TellQueue<P, K, V> = Tell<PriorityQueueChange<P, K, V>> | undefined;

/** The data of a priority queue: entries by their keys, and their keys by priority. */
export class PriorityQueueState<P, K, V> implements CollectionState<
  PriorityQueueCommand<P, K, V>,
  PriorityQueueItem<P, K, V>,
  PriorityQueueChange<P, K, V>
> {
  readonly keys: Keys<K>;
  readonly #priorities: Keys<P>;
  readonly #compare: (a: P, b: P) => number;
  readonly #isSame: (a: V, b: V) => boolean;
  #entries = new Map<Identity, Held<P, V>>();
  #buckets = new Map<Identity, Bucket<P>>();
  #order: SortedList<Bucket<P>>;
  readonly #frozen = new Set<FrozenMap<Held<P, V>>>();

  /**
   * @param capacity entries beyond which those of the lowest priority are evicted; `Infinity` for none
   * @throws TypeError for a type of keys or priorities that has no hash in Rust, or priorities without an order
   */
  constructor(
    priority: Codec<P>,
    key: Codec<K>,
    value: Codec<V>,
    readonly capacity: number,
    private readonly unsortedMax: number,
  ) {
    if (!priority.isOrdered)
      throw new TypeError(`${priority.rustName ?? "the type"} has no order, so it is no priority`);
    this.keys = keysOf(key);
    this.#priorities = keysOf(priority);
    this.#compare = (a, b) => priority.compare(a, b);
    this.#isSame = sameBytes(value);
    this.#order = this.#emptyOrder();
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: K): boolean {
    return this.#entries.has(this.keys.identity(key));
  }

  get(key: K): Held<P, V> | undefined {
    return this.#entries.get(this.keys.identity(key));
  }

  /** An entry of the lowest priority: of several, the one that Rust takes. */
  min(): PriorityQueueEntry<P, K, V> | undefined {
    return this.#firstOf(this.#order.first);
  }

  /** An entry of the highest priority: of several, the one that Rust takes. */
  max(): PriorityQueueEntry<P, K, V> | undefined {
    return this.#firstOf(this.#order.last);
  }

  /** All entries by their priority; of one priority, in Rust's order of keys. */
  entries(direction: "ascending" | "descending"): PriorityQueueEntry<P, K, V>[] {
    return [...this.#order[direction]()].flatMap((bucket) => bucket.ordered().map((identity) => this.#entry(identity)));
  }

  /** @returns of a compare-and-exchange, whether the comparison held; else nothing */
  apply(command: PriorityQueueCommand<P, K, V>, tell?: TellQueue<P, K, V>): boolean | undefined {
    switch (command.kind) {
      case "Clear":
        if (this.size > 0) tell?.({ kind: "cleared" });
        this.clear();
        return undefined;
      case "Insert":
        this.#set(command.value.priority, command.value.key, command.value.value, tell);
        return undefined;
      case "Extend":
        for (const [priority, key, value] of command.value) this.#set(priority, key, value, tell);
        return undefined;
      case "UpdatePriority": {
        const held = this.get(command.value.key);
        if (held !== undefined) this.#set(command.value.priority, command.value.key, held.value, tell);
        return undefined;
      }
      case "UpdateValue": {
        const held = this.get(command.value.key);
        if (held !== undefined) this.#set(held.priority, command.value.key, command.value.value, tell);
        return undefined;
      }
      case "CompareExchangeValue": {
        const { key, expected, new: next } = command.value;
        const held = this.get(key);
        if (held === undefined || !this.#isSame(held.value, expected)) return false;
        if (next !== undefined) this.#set(held.priority, key, next.some, tell);
        else this.#remove(this.keys.identity(key), "removed", tell);
        return true;
      }
      case "RemoveKeys":
        for (const key of command.value) this.#remove(this.keys.identity(key), "removed", tell);
        return undefined;
      case "RemoveRange":
        this.#removeRange(command.value.start, command.value.end, tell);
        return undefined;
      case "TakeSnapshot":
        return undefined;
    }
  }

  clear(): void {
    // Whoever holds the old entries keeps them as they are.
    this.#entries = new Map();
    this.#buckets = new Map();
    this.#order = this.#emptyOrder();
    this.#frozen.clear();
  }

  freeze(): Frozen<PriorityQueueItem<P, K, V>> {
    const frozen = new FrozenMap(this.#entries);
    this.#frozen.add(frozen);
    const itemOf = (key: K, held: Held<P, V>): PriorityQueueItem<P, K, V> => [held.priority, key, held.value];
    return new FrozenEntries(frozen, this.keys, this.unsortedMax, itemOf, () => this.#frozen.delete(frozen));
  }

  install(items: readonly PriorityQueueItem<P, K, V>[]): boolean {
    this.clear();
    for (const [priority, key, value] of items) this.#put(this.keys.identity(key), { priority, value });
    return this.size === items.length;
  }

  #emptyOrder(): SortedList<Bucket<P>> {
    return new SortedList((a, b) => this.#compare(a.priority, b.priority));
  }

  #entry(identity: Identity): PriorityQueueEntry<P, K, V> {
    const { priority, value } = this.#entries.get(identity)!;
    return { priority, key: this.keys.key(identity), value };
  }

  #firstOf(bucket: Bucket<P> | undefined): PriorityQueueEntry<P, K, V> | undefined {
    return bucket === undefined ? undefined : this.#entry(bucket.first());
  }

  #set(priority: P, key: K, value: V, tell: TellQueue<P, K, V>): void {
    const identity = this.keys.identity(key);
    const previous = this.#entries.get(identity);
    this.#keep(identity);
    this.#put(identity, { priority, value });
    tell?.({ kind: "set", priority, key, value, previous });
    while (this.size > this.capacity) this.#remove(this.#order.first!.first(), "evicted", tell);
  }

  #put(identity: Identity, held: Held<P, V>): void {
    const previous = this.#entries.get(identity);
    if (previous !== undefined) this.#leaveBucket(identity, previous.priority);
    this.#entries.set(identity, held);
    const name = this.#priorities.identity(held.priority);
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = new Bucket(held.priority, (member) => this.keys.rank(this.keys.key(member)));
      this.#buckets.set(name, bucket);
      this.#order.add(bucket);
    }
    bucket.add(identity);
  }

  #remove(identity: Identity, kind: "removed" | "evicted", tell: TellQueue<P, K, V>): void {
    const held = this.#entries.get(identity);
    if (held === undefined) return;
    this.#keep(identity);
    this.#entries.delete(identity);
    this.#leaveBucket(identity, held.priority);
    tell?.({ kind, key: this.keys.key(identity), ...held });
  }

  #leaveBucket(identity: Identity, priority: P): void {
    const name = this.#priorities.identity(priority);
    const bucket = this.#buckets.get(name)!;
    bucket.delete(identity);
    if (bucket.size > 0) return;
    this.#buckets.delete(name);
    this.#order.remove(bucket);
  }

  #removeRange(start: PriorityBound<P>, end: PriorityBound<P>, tell: TellQueue<P, K, V>): void {
    const isIn = ({ priority }: Bucket<P>): boolean => !this.#isBehind(priority, end);
    const buckets = [...this.#order.from(({ priority }) => (this.#isBefore(priority, start) ? -1 : 1), isIn)];
    for (const bucket of buckets) for (const identity of [...bucket.keys()]) this.#remove(identity, "removed", tell);
  }

  #isBefore(priority: P, start: PriorityBound<P>): boolean {
    if (start.kind === "Unbounded") return false;
    const order = this.#compare(priority, start.value);
    return start.kind === "Included" ? order < 0 : order <= 0;
  }

  #isBehind(priority: P, end: PriorityBound<P>): boolean {
    if (end.kind === "Unbounded") return false;
    const order = this.#compare(priority, end.value);
    return end.kind === "Included" ? order > 0 : order >= 0;
  }

  #keep(identity: Identity): void {
    for (const frozen of this.#frozen) frozen.keep(identity);
  }
}
