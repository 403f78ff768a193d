import {
  CollectionDef,
  MapReader,
  MapWriter,
  OnceReader,
  OnceWriter,
  CellReader,
  CellWriter,
  PriorityQueueReader,
  PriorityQueueWriter,
  SetReader,
  SetWriter,
  VecReader,
  VecWriter,
  type CollectionOptions,
  type Handle,
  type PriorityRange,
} from "../../../packages/mosaik/src/collections/index.js";
import { collectionShape, type CollectionShape } from "../../../packages/mosaik/src/collections/config.js";
import { hashRankOf, inHashOrder } from "../../../packages/mosaik/src/collections/keys/hash-order.js";
import {
  cellType,
  mapType,
  onceType,
  priorityQueueType,
  setType,
  vecType,
  type CollectionType,
} from "../../../packages/mosaik/src/collections/kinds.js";
import type { AnyCommand } from "../../../packages/mosaik/src/collections/machine.js";
import type { CollectionStep, RustCollectionType } from "../../src/index.js";
import { bytes, order, place, string, tuple, u64, type Element } from "./elements.js";

export type AnyHandle = Handle<{ readonly size: number }, object>;
type AnyType = CollectionType<AnyCommand, unknown, object, object>;
type Versions = Promise<number | { readonly version: number }>;
/** Operations by their names in both languages; their arguments are in JSON. */
type Operations<W> = Readonly<Record<string, (writer: W, ...args: readonly unknown[]) => Versions>>;

/** A type of collection of both languages. */
export interface SharedType {
  readonly name: RustCollectionType;
  readonly type: AnyType;
  /** @param type that of the same name, or one that watches over it */
  declare(store: string, options?: CollectionOptions, type?: AnyType): CollectionDef<AnyHandle, AnyHandle>;
  /** Carries a step out at a writer in TypeScript. @returns its version */
  write(writer: AnyHandle, step: CollectionStep): Promise<number>;
  /** All there is at a node in TypeScript, in JSON, in the order of Rust's iterators. */
  entries(reader: AnyHandle): unknown[];
}

/** The shape of a type as `Collections.store` takes it. */
export function shapeOf(
  type: AnyType,
  store: string,
  options: CollectionOptions = {},
): CollectionShape<AnyCommand, unknown, object, object> {
  return collectionShape(type, store, options);
}

function shared<C extends AnyCommand, I, Ch extends object, S, R extends AnyHandle, W extends AnyHandle>(
  name: RustCollectionType,
  type: CollectionType<C, I, Ch, S>,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each kind of handle takes stores of its own kind
  classes: readonly [new (store: any, isWriter: boolean) => R, new (store: any, isWriter: boolean) => W],
  operations: Operations<W>,
  entries: (reader: R) => unknown[],
): SharedType {
  const anyType = type as unknown as AnyType;
  return {
    name,
    type: anyType,
    declare: (store, options, given = anyType) => new CollectionDef(shapeOf(given, store, options), ...classes),
    async write(writer, [operation, ...args]) {
      const written = await operations[operation]!(writer as W, ...args);
      return typeof written === "number" ? written : written.version;
    },
    entries: (reader) => entries(reader as unknown as R),
  };
}

/** An argument that may be absent: null in JSON. */
function maybe<T>(element: Element<T>, json: unknown): T | undefined {
  return json === null ? undefined : element.fromJson(json);
}

function list<T>(element: Element<T>, json: unknown): T[] {
  return (json as unknown[]).map((one) => element.fromJson(one));
}

/** In the order of Rust's maps and sets. */
function inOrder<E, K>(entries: Iterable<E>, keyOf: (entry: E) => K, key: Element<K>): E[] {
  const rank = hashRankOf(key.codec);
  const steps = inHashOrder([...entries], (entry) => rank(keyOf(entry)), "owned");
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function map<K, V>(name: RustCollectionType, key: Element<K>, value: Element<V>): SharedType {
  const entry = tuple(key, value);
  return shared(
    name,
    mapType(key.codec, value.codec),
    [MapReader<K, V>, MapWriter<K, V>],
    {
      insert: (map, k, v) => map.insert(key.fromJson(k), value.fromJson(v)),
      extend: (map, entries) => map.extend(list(entry, entries)),
      compareExchange: (map, k, expected, next) =>
        map.compareExchange(key.fromJson(k), exchange(value, expected, next)),
      remove: (map, k) => map.remove(key.fromJson(k)),
      removeMany: (map, keys) => map.removeMany(list(key, keys)),
      clear: (map) => map.clear(),
    },
    (map) => inOrder(map.entries(), ([k]) => k, key).map((one) => entry.toJson(one)),
  );
}

function exchange<V>(value: Element<V>, expected: unknown, next: unknown): { expected?: V; next?: V } {
  const [from, to] = [maybe(value, expected), maybe(value, next)];
  return { ...(from !== undefined && { expected: from }), ...(to !== undefined && { next: to }) };
}

function vec<T>(name: RustCollectionType, element: Element<T>): SharedType {
  return shared(
    name,
    vecType(element.codec),
    [VecReader<T>, VecWriter<T>],
    {
      pushBack: (vec, value) => vec.pushBack(element.fromJson(value)),
      pushFront: (vec, value) => vec.pushFront(element.fromJson(value)),
      insert: (vec, index, value) => vec.insert(index as number, element.fromJson(value)),
      extend: (vec, values) => vec.extend(list(element, values)),
      popBack: (vec) => vec.popBack(),
      popFront: (vec) => vec.popFront(),
      remove: (vec, index) => vec.remove(index as number),
      swap: (vec, i, j) => vec.swap(i as number, j as number),
      truncate: (vec, length) => vec.truncate(length as number),
      clear: (vec) => vec.clear(),
    },
    (vec) => [...vec].map((value) => element.toJson(value)),
  );
}

function set<T>(name: RustCollectionType, element: Element<T>): SharedType {
  return shared(
    name,
    setType(element.codec),
    [SetReader<T>, SetWriter<T>],
    {
      insert: (set, value) => set.insert(element.fromJson(value)),
      extend: (set, values) => set.extend(list(element, values)),
      remove: (set, value) => set.remove(element.fromJson(value)),
      removeMany: (set, values) => set.removeMany(list(element, values)),
      clear: (set) => set.clear(),
    },
    (set) => inOrder(set, (value) => value, element).map((value) => element.toJson(value)),
  );
}

function cell<T>(name: RustCollectionType, element: Element<T>): SharedType {
  return shared(
    name,
    cellType(element.codec),
    [CellReader<T>, CellWriter<T>],
    {
      set: (cell, value) => cell.set(element.fromJson(value)),
      compareExchange: (cell, expected, next) => cell.compareExchange(exchange(element, expected, next)),
      clear: (cell) => cell.clear(),
    },
    ({ value }) => (value === undefined ? [] : [element.toJson(value)]),
  );
}

function once<T>(name: RustCollectionType, element: Element<T>): SharedType {
  return shared(
    name,
    onceType(element.codec),
    [OnceReader<T>, OnceWriter<T>],
    { set: (once, value) => once.set(element.fromJson(value)) },
    ({ value }) => (value === undefined ? [] : [element.toJson(value)]),
  );
}

function queue<P, K, V>(
  name: RustCollectionType,
  priority: Element<P>,
  key: Element<K>,
  value: Element<V>,
  capacity = Infinity,
): SharedType {
  const entry = (json: unknown): [P, K, V] => {
    const [p, k, v] = json as [unknown, unknown, unknown];
    return [priority.fromJson(p), key.fromJson(k), value.fromJson(v)];
  };
  return shared(
    name,
    priorityQueueType(priority.codec, key.codec, value.codec, capacity),
    [PriorityQueueReader<P, K, V>, PriorityQueueWriter<P, K, V>],
    {
      insert: (queue, ...args) => queue.insert(...entry(args)),
      extend: (queue, entries) => queue.extend((entries as unknown[]).map(entry)),
      updatePriority: (queue, k, p) => queue.updatePriority(key.fromJson(k), priority.fromJson(p)),
      updateValue: (queue, k, v) => queue.updateValue(key.fromJson(k), value.fromJson(v)),
      compareExchangeValue: (queue, k, expected, next) => {
        const to = maybe(value, next);
        const change = { expected: value.fromJson(expected), ...(to !== undefined && { next: to }) };
        return queue.compareExchangeValue(key.fromJson(k), change);
      },
      remove: (queue, k) => queue.remove(key.fromJson(k)),
      removeMany: (queue, keys) => queue.removeMany(list(key, keys)),
      removeRange: (queue, start, end) => queue.removeRange(range(priority, start, end)),
      clear: (queue) => queue.clear(),
    },
    (queue) =>
      queue.entries().map((one) => [priority.toJson(one.priority), key.toJson(one.key), value.toJson(one.value)]),
  );
}

type BoundJson = { readonly included: unknown } | { readonly excluded: unknown } | null;

function range<P>(priority: Element<P>, start: unknown, end: unknown): PriorityRange<P> {
  const [first, last] = [start, end] as BoundJson[];
  return {
    ...(first &&
      ("included" in first
        ? { from: priority.fromJson(first.included) }
        : { after: priority.fromJson(first.excluded) })),
    ...(last &&
      ("included" in last ? { to: priority.fromJson(last.included) } : { before: priority.fromJson(last.excluded) })),
  };
}

/** All that the Rust peer can open, by its name. */
export const SHARED_TYPES: Readonly<Record<RustCollectionType, SharedType>> = {
  "map<string, u64>": map("map<string, u64>", string, u64),
  "map<u64, bytes>": map("map<u64, bytes>", u64, bytes),
  "map<place, order>": map("map<place, order>", place, order),
  "map<(u64, string), string>": map("map<(u64, string), string>", tuple(u64, string), string),
  "vec<string>": vec("vec<string>", string),
  "vec<order>": vec("vec<order>", order),
  "set<string>": set("set<string>", string),
  "set<u64>": set("set<u64>", u64),
  "cell<order>": cell("cell<order>", order),
  "once<bytes>": once("once<bytes>", bytes),
  "queue<u64, string, u64>": queue("queue<u64, string, u64>", u64, string, u64),
  "queue<place, u64, string>": queue("queue<place, u64, string>", place, u64, string),
  "queue<u64, u64, u64; 3>": queue("queue<u64, u64, u64; 3>", u64, u64, u64, 3),
  "queue<u64, string, u64; 100>": queue("queue<u64, string, u64; 100>", u64, string, u64, 100),
};
