import { t, type Codec } from "@mosaik/postcard";
import type { CollectionKind } from "./identity.js";
import type { AnyCommand } from "./machine.js";
import { CellState, cellCommandCodec, type CellChange, type CellCommand } from "./machines/cell.js";
import { MapState, mapCommandCodec, type MapChange, type MapCommand, type MapItem } from "./machines/map.js";
import { OnceState, onceCommandCodec, type OnceChange, type OnceCommand } from "./machines/once.js";
import {
  PriorityQueueState,
  priorityQueueCommandCodec,
  type PriorityQueueChange,
  type PriorityQueueCommand,
  type PriorityQueueItem,
} from "./machines/priority-queue.js";
import { SetState, setCommandCodec, type SetChange, type SetCommand } from "./machines/set.js";
import type { CollectionState } from "./machines/state.js";
import { VecState, vecCommandCodec, type VecChange, type VecCommand } from "./machines/vec.js";

/** What a kind of collection is made of, once its types are known. */
export interface Parts<Command, Item, Change, State> {
  readonly command: Codec<Command>;
  readonly item: Codec<Item>;
  /** Empty. */
  readonly state: State & CollectionState<Command, Item, Change>;
}

/** A kind of collection with its types. */
export interface CollectionType<Command extends AnyCommand, Item, Change extends object, State> {
  readonly kind: CollectionKind;
  /** Of the type's parameters, in Rust's order. */
  readonly codecs: readonly Codec<unknown>[];
  /** Of a queue. */
  readonly capacity?: number;
  /**
   * @param unsortedMax as many items of a snapshot may be in any order
   * @throws TypeError for keys that have no hash in Rust, or priorities that have no order
   */
  make(unsortedMax: number): Parts<Command, Item, Change, State>;
}

export function mapType<K, V>(
  key: Codec<K>,
  value: Codec<V>,
): CollectionType<MapCommand<K, V>, MapItem<K, V>, MapChange<K, V>, MapState<K, V>> {
  return {
    kind: "map",
    codecs: [key, value],
    make: (unsortedMax) => ({
      command: mapCommandCodec(key, value),
      item: t.tuple(t.encoded(key), t.encoded(value)),
      state: new MapState(key, value, unsortedMax),
    }),
  };
}

export function vecType<T>(element: Codec<T>): CollectionType<VecCommand<T>, T, VecChange<T>, VecState<T>> {
  return {
    kind: "vec",
    codecs: [element],
    make: () => ({ command: vecCommandCodec(element), item: t.encoded(element), state: new VecState(element) }),
  };
}

export function setType<T>(element: Codec<T>): CollectionType<SetCommand<T>, T, SetChange<T>, SetState<T>> {
  return {
    kind: "set",
    codecs: [element],
    make: (unsortedMax) => ({
      command: setCommandCodec(element),
      item: t.encoded(element),
      state: new SetState(element, unsortedMax),
    }),
  };
}

export function cellType<T>(value: Codec<T>): CollectionType<CellCommand<T>, T, CellChange<T>, CellState<T>> {
  return {
    kind: "cell",
    codecs: [value],
    make: () => ({ command: cellCommandCodec(value), item: t.encoded(value), state: new CellState(value) }),
  };
}

export function onceType<T>(value: Codec<T>): CollectionType<OnceCommand<T>, T, OnceChange<T>, OnceState<T>> {
  return {
    kind: "once",
    codecs: [value],
    make: () => ({ command: onceCommandCodec(value), item: t.encoded(value), state: new OnceState() }),
  };
}

export function priorityQueueType<P, K, V>(
  priority: Codec<P>,
  key: Codec<K>,
  value: Codec<V>,
  capacity: number,
): CollectionType<
  PriorityQueueCommand<P, K, V>,
  PriorityQueueItem<P, K, V>,
  PriorityQueueChange<P, K, V>,
  PriorityQueueState<P, K, V>
> {
  return {
    kind: "priorityQueue",
    codecs: [priority, key, value],
    capacity,
    make: (unsortedMax) => ({
      command: priorityQueueCommandCodec(priority, key, value),
      item: t.tuple(t.encoded(priority), t.encoded(key), t.encoded(value)),
      state: new PriorityQueueState(priority, key, value, capacity, unsortedMax),
    }),
  };
}
