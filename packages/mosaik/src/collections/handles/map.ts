import type { WaitOptions } from "../../groups/index.js";
import type { Reset, Version, Versioned, WatchOptions } from "../changes.js";
import type { MapChange, MapCommand, MapState } from "../machines/map.js";
import { concerns } from "./concerns.js";
import { Handle, type Exchanged } from "./handle.js";
import { some } from "./some.js";

/** A map that is shared by the nodes of a network, to be read (spec 06 §9.3). */
export class MapReader<K, V> extends Handle<MapState<K, V>, MapChange<K, V>> {
  /** Whether there is a value under a key. */
  has(key: K): boolean {
    return this.store.state.has(key);
  }

  /** The value under a key. */
  get(key: K): V | undefined {
    return this.store.state.get(key);
  }

  /** The entries as they are when the first is asked for, in no particular order. */
  entries(): Generator<[K, V], void, void> {
    return this.store.state.entries();
  }

  /** The keys, as `entries`. */
  *keys(): Generator<K, void, void> {
    for (const [key] of this.entries()) yield key;
  }

  /** The values, as `entries`. */
  *values(): Generator<V, void, void> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[K, V], void, void> {
    return this.entries();
  }

  /** As `changes`, of one key; and when everything is cleared. */
  watch(key: K, options: WatchOptions = {}): AsyncGenerator<Versioned<MapChange<K, V>> | Reset, void, void> {
    return this.store.history.watch(options, concerns(this.store.state.keys, key));
  }
}

/**
 * A map that is shared by the nodes of a network. Each method that changes it resolves once that is so here, too.
 *
 * All of them throw CollectionError `encoding`, `offline`, `outcomeUnknown`, `superseded`, `timeout`, `closed`, and the signal's reason.
 */
export class MapWriter<K, V> extends MapReader<K, V> {
  /** Sets the value of a key. */
  insert(key: K, value: V, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "Insert", value: { key, value } }, [key, value], options);
  }

  /** Inserts all of them at once, in their order. */
  async extend(entries: Iterable<readonly [K, V]>, options?: WaitOptions): Promise<Version> {
    const list = Array.from(entries, ([key, value]): [K, V] => [key, value]);
    return list.length === 0 ? this.version : this.#write({ kind: "Extend", value: list }, [list], options);
  }

  /** Inserts a value unless there is one, or replaces or removes (`next` absent) the one that has the same bytes as `expected`. */
  compareExchange(
    key: K,
    { expected, next }: { readonly expected?: V; readonly next?: V },
    options?: WaitOptions,
  ): Promise<Exchanged> {
    const value = { key, expected: some(expected), new: some(next) };
    const command = { kind: "CompareExchange", value } as MapCommand<K, V>;
    return this.exchange(command, [key, { expected, next }], options);
  }

  /** Removes a key, if it is there. */
  remove(key: K, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "RemoveMany", value: [key] }, [key], options);
  }

  /** Removes keys, all at once. */
  async removeMany(keys: Iterable<K>, options?: WaitOptions): Promise<Version> {
    const list = [...keys];
    return list.length === 0 ? this.version : this.#write({ kind: "RemoveMany", value: list }, [list], options);
  }

  /** Removes everything. */
  clear(options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "Clear" }, [], options);
  }

  #write(command: MapCommand<K, V>, args: readonly unknown[], options?: WaitOptions): Promise<Version> {
    return this.write(command, args, options);
  }
}
