import type { WaitOptions } from "../../groups/index.js";
import type { Reset, Version, Versioned, WatchOptions } from "../changes.js";
import type {
  PriorityBound,
  PriorityQueueChange,
  PriorityQueueCommand,
  PriorityQueueEntry,
  PriorityQueueState,
} from "../machines/priority-queue.js";
import { concerns } from "./concerns.js";
import { Handle, type Exchanged } from "./handle.js";
import { some } from "./some.js";

/** Priorities from one to another. What is absent is unbounded. */
export interface PriorityRange<P> {
  /** From this one on. */
  readonly from?: P;
  /** Beyond this one. */
  readonly after?: P;
  /** Up to this one, and with it. */
  readonly to?: P;
  /** Up to this one, but without it. */
  readonly before?: P;
}

/** A queue of entries by priority, from both ends, shared by the nodes of a network, to be read (spec 06 §9.7). */
export class PriorityQueueReader<P, K, V> extends Handle<PriorityQueueState<P, K, V>, PriorityQueueChange<P, K, V>> {
  /** Entries beyond which those of the lowest priority are evicted; `Infinity` for none. */
  get capacity(): number {
    return this.store.state.capacity;
  }

  /** Whether there is an entry under a key. */
  has(key: K): boolean {
    return this.store.state.has(key);
  }

  /** The value under a key. */
  get(key: K): V | undefined {
    return this.store.state.get(key)?.value;
  }

  /** The priority of a key. */
  priorityOf(key: K): P | undefined {
    return this.store.state.get(key)?.priority;
  }

  /** An entry of the lowest priority: of several, the same at all nodes. */
  get min(): PriorityQueueEntry<P, K, V> | undefined {
    return this.store.state.min();
  }

  /** An entry of the highest priority: of several, the same at all nodes. */
  get max(): PriorityQueueEntry<P, K, V> | undefined {
    return this.store.state.max();
  }

  /** The entries as they are now, by their priority. */
  entries(direction: "ascending" | "descending" = "ascending"): readonly PriorityQueueEntry<P, K, V>[] {
    return this.store.state.entries(direction);
  }

  [Symbol.iterator](): Iterator<PriorityQueueEntry<P, K, V>> {
    return this.entries()[Symbol.iterator]();
  }

  /** As `changes`, of one key; and when everything is cleared. */
  watch(
    key: K,
    options: WatchOptions = {},
  ): AsyncGenerator<Versioned<PriorityQueueChange<P, K, V>> | Reset, void, void> {
    return this.store.history.watch(options, concerns(this.store.state.keys, key));
  }
}

/** A queue of entries by priority, shared by the nodes of a network. Methods that change it resolve, and throw, as those of `MapWriter`. */
export class PriorityQueueWriter<P, K, V> extends PriorityQueueReader<P, K, V> {
  /** Adds an entry, or gives the one of that key another priority and value. */
  insert(priority: P, key: K, value: V, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "Insert", value: { priority, key, value } }, [priority, key, value], options);
  }

  /** Adds entries, all at once, in their order. */
  async extend(entries: Iterable<readonly [P, K, V]>, options?: WaitOptions): Promise<Version> {
    const list = Array.from(entries, ([priority, key, value]): [P, K, V] => [priority, key, value]);
    return list.length === 0 ? this.version : this.#write({ kind: "Extend", value: list }, [list], options);
  }

  /** Gives an entry another priority, if it is there. */
  updatePriority(key: K, priority: P, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "UpdatePriority", value: { key, priority } }, [key, priority], options);
  }

  /** Gives an entry another value, if it is there. */
  updateValue(key: K, value: V, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "UpdateValue", value: { key, value } }, [key, value], options);
  }

  /** Replaces or removes (`next` absent) the value of a key if it has the same bytes as `expected`. */
  compareExchangeValue(
    key: K,
    change: { readonly expected: V; readonly next?: V },
    options?: WaitOptions,
  ): Promise<Exchanged> {
    const value = { key, expected: change.expected, new: some(change.next) };
    const command = { kind: "CompareExchangeValue", value } as PriorityQueueCommand<P, K, V>;
    return this.exchange(command, [key, change], options);
  }

  /** Removes an entry, if it is there. */
  remove(key: K, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "RemoveKeys", value: [key] }, [key], options);
  }

  /** Removes entries, all at once. */
  async removeMany(keys: Iterable<K>, options?: WaitOptions): Promise<Version> {
    const list = [...keys];
    return list.length === 0 ? this.version : this.#write({ kind: "RemoveKeys", value: list }, [list], options);
  }

  /** Removes the entries whose priorities lie in a range. */
  removeRange({ from, after, to, before }: PriorityRange<P>, options?: WaitOptions): Promise<Version> {
    const value = { start: bound(from, after), end: bound(to, before) };
    return this.#write({ kind: "RemoveRange", value }, [{ from, after, to, before }], options);
  }

  /** Removes everything. */
  clear(options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "Clear" }, [], options);
  }

  #write(command: PriorityQueueCommand<P, K, V>, args: readonly unknown[], options?: WaitOptions): Promise<Version> {
    return this.write(command, args, options);
  }
}

function bound<P>(included: P | undefined, excluded: P | undefined): PriorityBound<P> {
  if (included !== undefined) return { kind: "Included", value: included };
  return excluded === undefined ? { kind: "Unbounded" } : { kind: "Excluded", value: excluded };
}
