import { t, type Codec, type Some } from "@mosaik/postcard";
import type { Identity } from "../keys/identity.js";
import { keysOf, type Keys } from "../keys/keys.js";
import { sameBytes } from "./equality.js";
import { FrozenEntries } from "./frozen-entries.js";
import { KeptMap } from "./kept-map.js";
import { INSTALL_STEP, type CollectionState, type Frozen, type Tell } from "./state.js";
import { snapshotRequestCodec, type SnapshotRequest } from "./take-snapshot.js";

/** The commands of a map, in the order of their numbers on the wire (spec 06 §6.3). */
export type MapCommand<K, V> =
  | { kind: "Clear"; value?: undefined }
  | { kind: "Insert"; value: { key: K; value: V } }
  | { kind: "CompareExchange"; value: { key: K; expected: Some<V> | undefined; new: Some<V> | undefined } }
  | { kind: "RemoveMany"; value: K[] }
  | { kind: "Extend"; value: [K, V][] }
  | { kind: "TakeSnapshot"; value: SnapshotRequest };

/** What happened to a map. */
export type MapChange<K, V> =
  | { readonly kind: "set"; readonly key: K; readonly value: V; readonly previous: V | undefined }
  | { readonly kind: "removed"; readonly key: K; readonly previous: V }
  | { readonly kind: "cleared" };

export type MapItem<K, V> = [key: K, value: V];

export function mapCommandCodec<K, V>(key: Codec<K>, value: Codec<V>): Codec<MapCommand<K, V>> {
  const [K, V] = [t.encoded(key), t.encoded(value)];
  return t.enum({
    Clear: t.unit,
    Insert: t.struct({ key: K, value: V }),
    CompareExchange: t.struct({ key: K, expected: t.nestedOption(V), new: t.nestedOption(V) }),
    RemoveMany: t.vec(K),
    Extend: t.vec(t.tuple(K, V)),
    TakeSnapshot: snapshotRequestCodec,
  });
}

/** The data of a map: identities to values, nothing else, so that a million entries take as little as a `Map` of them. */
export class MapState<K, V> implements CollectionState<MapCommand<K, V>, MapItem<K, V>, MapChange<K, V>> {
  readonly keys: Keys<K>;
  readonly #isSame: (a: V, b: V) => boolean;
  readonly #values = new KeptMap<V>();

  /** @throws TypeError for a type of keys that has no hash in Rust */
  constructor(
    key: Codec<K>,
    value: Codec<V>,
    private readonly unsortedMax: number,
  ) {
    this.keys = keysOf(key);
    this.#isSame = sameBytes(value);
  }

  get size(): number {
    return this.#values.size;
  }

  has(key: K): boolean {
    return this.#values.has(this.keys.identity(key));
  }

  get(key: K): V | undefined {
    return this.#values.get(this.keys.identity(key));
  }

  apply(command: MapCommand<K, V>, tell?: Tell<MapChange<K, V>>): unknown {
    switch (command.kind) {
      case "Clear":
        if (this.size > 0) tell?.({ kind: "cleared" });
        this.clear();
        return undefined;
      case "Insert":
        this.#set(command.value.key, command.value.value, tell);
        return undefined;
      case "CompareExchange":
        return this.#compareExchange(command.value, tell);
      case "RemoveMany":
        for (const key of command.value) this.#remove(key, tell);
        return undefined;
      case "Extend":
        for (const [key, value] of command.value) this.#set(key, value, tell);
        return undefined;
      case "TakeSnapshot":
        return undefined;
    }
  }

  /** The entries at this moment, in no particular order. */
  *entries(): Generator<[K, V], void, void> {
    for (const [identity, value] of this.#values.entries()) yield [this.keys.key(identity), value];
  }

  clear(): void {
    this.#values.replace();
  }

  freeze(): Frozen<MapItem<K, V>> {
    return new FrozenEntries(this.#values.freeze(), this.keys, this.unsortedMax, (key, value) => [key, value]);
  }

  *install(items: readonly MapItem<K, V>[]): Generator<void, boolean, void> {
    const values = new Map<Identity, V>();
    for (const [key, value] of items) {
      values.set(this.keys.identity(key), value);
      if (values.size % INSTALL_STEP === 0) yield;
    }
    if (values.size < items.length) return false;
    this.#values.replace(values);
    return true;
  }

  /** @returns whether the comparison held */
  #compareExchange(
    { key, expected, new: next }: { key: K; expected: Some<V> | undefined; new: Some<V> | undefined },
    tell: Tell<MapChange<K, V>> | undefined,
  ): boolean {
    const identity = this.keys.identity(key);
    const isThere = this.#values.has(identity);
    if (isThere !== (expected !== undefined)) return false;
    if (expected !== undefined && !this.#isSame(this.#values.get(identity)!, expected.some)) return false;
    if (next !== undefined) this.#set(key, next.some, tell);
    else if (isThere) this.#remove(key, tell);
    return true;
  }

  #set(key: K, value: V, tell: Tell<MapChange<K, V>> | undefined): void {
    const identity = this.keys.identity(key);
    if (tell !== undefined) tell({ kind: "set", key, value, previous: this.#values.get(identity) });
    this.#values.set(identity, value);
  }

  #remove(key: K, tell: Tell<MapChange<K, V>> | undefined): void {
    const identity = this.keys.identity(key);
    if (!this.#values.has(identity)) return;
    if (tell !== undefined) tell({ kind: "removed", key, previous: this.#values.get(identity)! });
    this.#values.delete(identity);
  }
}
