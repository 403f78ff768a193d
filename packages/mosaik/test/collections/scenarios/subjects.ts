import { t } from "@mosaik/postcard";
import {
  collection,
  type CollectionDef,
  type Handle,
  type MapChange,
  type MapReader,
  type MapWriter,
  type PriorityQueueChange,
  type PriorityQueueReader,
  type PriorityQueueWriter,
  type SetChange,
  type SetReader,
  type SetWriter,
  type VecChange,
  type VecReader,
  type VecWriter,
} from "../../../src/collections/index.js";

const u32 = t.u32;
/** So few that catching up takes several fetches, from several members. */
const sync = { fetchBatchSize: 8 };
/** Keys that are written together, or not at all: so that half a command, or half a snapshot, shows. */
export const TOGETHER = 20;
/** Other keys. */
const KEYS = 60;
const together = Array.from({ length: TOGETHER }, (_, i) => i);

export type AnyHandle = Handle<{ readonly size: number }, object>;
type Below = (limit: number) => number;

/** A kind of collection, and what one does with it at random. */
export interface Subject<R extends AnyHandle, W extends R, Change> {
  readonly name: string;
  readonly def: CollectionDef<R, W>;
  /** One write, of a number that occurs once. */
  write(writer: W, below: Below, value: number): Promise<unknown>;
  /** All that is in it, the same for equal collections. */
  contents(handle: R): string;
  /** What is written together is there as a whole. */
  isWhole(handle: R): boolean;
  /** What a watcher makes of changes alone. */
  mirror(handle: R): Mirror<Change>;
}

/** A copy that is kept up to date by changes. */
export interface Mirror<Change> {
  apply(change: Change): void;
  contents(): string;
}

function sorted(entries: Iterable<unknown>): string {
  return Array.from(entries, (entry) => JSON.stringify(entry))
    .sort()
    .join();
}

function allEqual(values: readonly unknown[]): boolean {
  return values.every((value) => value === values[0]);
}

export const maps: Subject<MapReader<number, number>, MapWriter<number, number>, MapChange<number, number>> = {
  name: "map",
  def: collection.map("map", u32, u32, { sync, history: 64 }),
  write(w, below, value) {
    const key = TOGETHER + below(KEYS);
    switch (below(20)) {
      case 0:
        return w.clear();
      case 1:
      case 2:
      case 3:
        return w.remove(key);
      case 4:
      case 5:
        return w.compareExchange(key, { ...(w.has(key) ? { expected: w.get(key)! } : {}), next: value });
      case 6:
      case 7:
      case 8:
        return w.extend(together.map((i) => [i, value] as const));
      default:
        return w.insert(key, value);
    }
  },
  contents: (map) => sorted(map),
  isWhole: (map) => allEqual(together.map((key) => map.get(key))),
  mirror(map) {
    const copy = new Map(map);
    return {
      apply(change) {
        if (change.kind === "cleared") copy.clear();
        else if (change.kind === "removed") copy.delete(change.key);
        else copy.set(change.key, change.value);
      },
      contents: () => sorted(copy),
    };
  },
};

export const sets: Subject<SetReader<number>, SetWriter<number>, SetChange<number>> = {
  name: "set",
  def: collection.set("set", u32, { sync, history: 64 }),
  write(w, below) {
    const value = TOGETHER + below(KEYS);
    switch (below(20)) {
      case 0:
        return w.clear();
      case 1:
      case 2:
        return w.extend(together);
      case 3:
      case 4:
        return w.removeMany(together);
      case 5:
      case 6:
      case 7:
        return w.remove(value);
      default:
        return w.insert(value);
    }
  },
  contents: (set) => sorted(set),
  isWhole: (set) => allEqual(together.map((value) => set.has(value))),
  mirror(set) {
    const copy = new Set(set);
    return {
      apply(change) {
        if (change.kind === "cleared") copy.clear();
        else if (change.kind === "removed") copy.delete(change.value);
        else copy.add(change.value);
      },
      contents: () => sorted(copy),
    };
  },
};

export const vecs: Subject<VecReader<number>, VecWriter<number>, VecChange<number>> = {
  name: "vec",
  def: collection.vec("vec", u32, { sync, history: 64 }),
  write(w, below, value) {
    const place = below(w.size + 1);
    switch (below(20)) {
      case 0:
        return w.clear();
      case 1:
      case 2:
        return w.extend(together.map(() => value));
      case 3:
        return w.pushFront(value);
      case 4:
        return w.insert(place, value);
      case 5:
        return w.remove(place);
      case 6:
        return w.popFront();
      case 7:
        return w.popBack();
      case 8:
        return w.swap(place, below(w.size + 1));
      case 9:
        return w.truncate(place);
      default:
        return w.pushBack(value);
    }
  },
  contents: (vec) => JSON.stringify([...vec]),
  // Elements move, so that nothing stays together.
  isWhole: () => true,
  mirror(vec) {
    const copy = [...vec];
    return {
      apply(change) {
        if (change.kind === "cleared") copy.length = 0;
        else if (change.kind === "inserted") copy.splice(change.index, 0, ...change.values);
        else if (change.kind === "removed") copy.splice(change.index, change.values.length);
        else [copy[change.i], copy[change.j]] = [copy[change.j]!, copy[change.i]!];
      },
      contents: () => JSON.stringify(copy),
    };
  },
};

type Triple = readonly [priority: number, key: number, value: number];

/** Of a queue that evicts, equal priorities among them: who is evicted must be the same everywhere. */
export const queues: Subject<
  PriorityQueueReader<number, number, number>,
  PriorityQueueWriter<number, number, number>,
  PriorityQueueChange<number, number, number>
> = {
  name: "queue",
  def: collection.priorityQueue("queue", u32, u32, u32, { sync, history: 64, capacity: 30 }),
  write(w, below, value) {
    const key = below(KEYS);
    switch (below(20)) {
      case 0:
        return w.clear();
      case 1:
      case 2:
        return w.extend(together.map((i): Triple => [below(5), KEYS + i, value]));
      case 3:
      case 4:
        return w.remove(key);
      case 5:
        return w.updatePriority(key, below(5));
      case 6:
        return w.updateValue(key, value);
      case 7:
        return w.removeRange({ from: below(5), before: below(5) });
      case 8:
        return w.compareExchangeValue(key, { expected: w.get(key) ?? 0, next: value });
      default:
        return w.insert(below(5), key, value);
    }
  },
  contents: (queue) => sorted(queue),
  isWhole: (queue) => queue.size <= queue.capacity,
  mirror(queue) {
    const copy = new Map(queue.entries().map(({ priority, key, value }) => [key, { priority, key, value }]));
    return {
      apply(change) {
        if (change.kind === "cleared") copy.clear();
        else if (change.kind !== "set") copy.delete(change.key);
        else copy.set(change.key, { priority: change.priority, key: change.key, value: change.value });
      },
      contents: () => sorted(copy.values()),
    };
  },
};
