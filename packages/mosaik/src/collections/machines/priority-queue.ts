import { t, type Codec, type Some } from "@mosaik/postcard";
import type { Identity } from "../keys/identity.js";
import { keysOf, type Keys } from "../keys/keys.js";
import type { Bucket } from "./bucket.js";
import { sameBytes } from "./equality.js";
import { FrozenEntries } from "./frozen-entries.js";
import { PriorityIndex, type Held, type PriorityTypes } from "./priority-index.js";
import { INSTALL_STEP, type CollectionState, type Frozen, type Tell } from "./state.js";
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

/** What is in a priority queue under one key. */
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

type TellQueue<P, K, V> = Tell<PriorityQueueChange<P, K, V>> | undefined;

/** The data of a priority queue: entries by their keys, and their keys by priority. */
export class PriorityQueueState<P, K, V> implements CollectionState<
  PriorityQueueCommand<P, K, V>,
  PriorityQueueItem<P, K, V>,
  PriorityQueueChange<P, K, V>
> {
  readonly keys: Keys<K>;
  readonly #types: PriorityTypes<P>;
  readonly #isSame: (a: V, b: V) => boolean;
  #data: PriorityIndex<P, V>;

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
    this.#isSame = sameBytes(value);
    this.#types = {
      identity: keysOf(priority).identity,
      compare: (a, b) => priority.compare(a, b),
      rank: (identity) => this.keys.rank(this.keys.key(identity)),
    };
    this.#data = new PriorityIndex(this.#types);
  }

  get size(): number {
    return this.#data.entries.size;
  }

  has(key: K): boolean {
    return this.#data.entries.has(this.keys.identity(key));
  }

  get(key: K): Held<P, V> | undefined {
    return this.#data.entries.get(this.keys.identity(key));
  }

  /** An entry of the lowest priority: of several, the one that Rust takes. */
  min(): PriorityQueueEntry<P, K, V> | undefined {
    return this.#firstOf(this.#data.order.first);
  }

  /** An entry of the highest priority: of several, the one that Rust takes. */
  max(): PriorityQueueEntry<P, K, V> | undefined {
    return this.#firstOf(this.#data.order.last);
  }

  /** All entries by their priority; of one priority, in Rust's order of keys. */
  entries(direction: "ascending" | "descending"): PriorityQueueEntry<P, K, V>[] {
    return [...this.#data.order[direction]()].flatMap((bucket) =>
      bucket.ordered().map((identity) => this.#entry(identity)),
    );
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
    this.#data = new PriorityIndex(this.#types);
  }

  freeze(): Frozen<PriorityQueueItem<P, K, V>> {
    const { entries } = this.#data;
    return new FrozenEntries(entries.freeze(), this.keys, this.unsortedMax, (key, { priority, value }) => [
      priority,
      key,
      value,
    ]);
  }

  *install(items: readonly PriorityQueueItem<P, K, V>[]): Generator<void, boolean, void> {
    const data = new PriorityIndex<P, V>(this.#types);
    for (const [priority, key, value] of items) {
      data.put(this.keys.identity(key), { priority, value });
      if (data.entries.size % INSTALL_STEP === 0) yield;
    }
    if (data.entries.size < items.length) return false;
    this.#data = data;
    return true;
  }

  #entry(identity: Identity): PriorityQueueEntry<P, K, V> {
    const { priority, value } = this.#data.entries.get(identity)!;
    return { priority, key: this.keys.key(identity), value };
  }

  #firstOf(bucket: Bucket<P> | undefined): PriorityQueueEntry<P, K, V> | undefined {
    return bucket === undefined ? undefined : this.#entry(bucket.first());
  }

  #set(priority: P, key: K, value: V, tell: TellQueue<P, K, V>): void {
    const identity = this.keys.identity(key);
    const previous = this.#data.entries.get(identity);
    this.#data.put(identity, { priority, value });
    tell?.({ kind: "set", priority, key, value, previous });
    while (this.size > this.capacity) this.#remove(this.#data.order.first!.first(), "evicted", tell);
  }

  #remove(identity: Identity, kind: "removed" | "evicted", tell: TellQueue<P, K, V>): void {
    const held = this.#data.entries.get(identity);
    if (held === undefined) return;
    this.#data.delete(identity, held.priority);
    tell?.({ kind, key: this.keys.key(identity), ...held });
  }

  #removeRange(start: PriorityBound<P>, end: PriorityBound<P>, tell: TellQueue<P, K, V>): void {
    const isIn = ({ priority }: Bucket<P>): boolean => !this.#isBehind(priority, end);
    const buckets = [...this.#data.order.from(({ priority }) => (this.#isBefore(priority, start) ? -1 : 1), isIn)];
    for (const bucket of buckets) for (const identity of [...bucket.keys()]) this.#remove(identity, "removed", tell);
  }

  #isBefore(priority: P, start: PriorityBound<P>): boolean {
    if (start.kind === "Unbounded") return false;
    const order = this.#types.compare(priority, start.value);
    return start.kind === "Included" ? order < 0 : order <= 0;
  }

  #isBehind(priority: P, end: PriorityBound<P>): boolean {
    if (end.kind === "Unbounded") return false;
    const order = this.#types.compare(priority, end.value);
    return end.kind === "Included" ? order > 0 : order >= 0;
  }
}
