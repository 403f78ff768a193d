import type { Codec } from "@mosaik/postcard";
import type { GroupId, WaitOptions } from "../groups/index.js";
import type { DigestLike } from "../primitives/index.js";
import type { Collections } from "./collections.js";
import { collectionShape, type CollectionOptions, type CollectionShape } from "./config.js";
import { CellReader, CellWriter } from "./handles/cell.js";
import type { Handle, HandleStore } from "./handles/handle.js";
import { MapReader, MapWriter } from "./handles/map.js";
import { OnceReader, OnceWriter } from "./handles/once.js";
import { PriorityQueueReader, PriorityQueueWriter } from "./handles/priority-queue.js";
import { SetReader, SetWriter } from "./handles/set.js";
import { VecReader, VecWriter } from "./handles/vec.js";
import { collectionGroupId, explainCollection, type StoreId } from "./identity.js";
import { cellType, mapType, onceType, priorityQueueType, setType, vecType, type CollectionType } from "./kinds.js";
import type { AnyCommand } from "./machine.js";

/** Anything that has collections: a `Network`. */
export interface HasCollections {
  readonly collections: Collections;
}

/** What a declaration says of the collection, whichever side it is for. */
export interface CollectionIdentity {
  readonly storeId: StoreId;
  /** The group whose members share the collection. */
  readonly groupId: GroupId;
  /** Everything that the group's id is made of, in words: for comparison when two nodes do not meet. */
  explain(): readonly (readonly [name: string, value: string])[];
}

/** A collection that is declared to be read. */
export interface ReaderDef<Reader> extends CollectionIdentity {
  /** Opens it for reading. @throws CollectionError `closed`, `exporterUnavailable` */
  reader(network: HasCollections): Reader;
  /** A reader once it has all that the leader has. @throws as `reader`; CollectionError `timeout`; the signal's reason */
  onlineReader(network: HasCollections, options?: WaitOptions): Promise<Reader>;
}

/** A collection that is declared to be written. */
export interface WriterDef<Writer> extends CollectionIdentity {
  /** Opens it for reading and writing. @throws CollectionError `closed`, `exporterUnavailable` */
  writer(network: HasCollections): Writer;
  /** A writer once it is online. @throws as `writer`; CollectionError `timeout`; the signal's reason */
  onlineWriter(network: HasCollections, options?: WaitOptions): Promise<Writer>;
}

type AnyShape = CollectionShape<AnyCommand, unknown, object, object>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each kind of handle takes stores of its own kind
type HandleClass<H> = new (store: any, isWriter: boolean) => H;
type AnyHandle = Handle<{ readonly size: number }, object>;

/** A collection that is declared once, and opened on any network. */
export class CollectionDef<Reader extends AnyHandle, Writer extends AnyHandle>
  implements ReaderDef<Reader>, WriterDef<Writer>
{
  readonly storeId: StoreId;
  readonly groupId: GroupId;
  readonly #shape: AnyShape;
  readonly #readerClass: HandleClass<Reader>;
  readonly #writerClass: HandleClass<Writer>;

  /** Made by `collection.map` and the others. */
  constructor(shape: AnyShape, readerClass: HandleClass<Reader>, writerClass: HandleClass<Writer>) {
    this.storeId = shape.inputs.store;
    this.groupId = collectionGroupId(shape.inputs);
    this.#shape = shape;
    this.#readerClass = readerClass;
    this.#writerClass = writerClass;
  }

  reader(network: HasCollections): Reader {
    return new this.#readerClass(this.#store(network), false);
  }

  onlineReader(network: HasCollections, options: WaitOptions = {}): Promise<Reader> {
    return online(this.reader(network), options);
  }

  writer(network: HasCollections): Writer {
    return new this.#writerClass(this.#store(network), true);
  }

  onlineWriter(network: HasCollections, options: WaitOptions = {}): Promise<Writer> {
    return online(this.writer(network), options);
  }

  /** The same collection, but only to be read: for parts of a program that are not to write. It is no protection against others. */
  readerOnly(): ReaderDef<Reader> {
    return this;
  }

  /** The same collection, but only with writers. */
  writerOnly(): WriterDef<Writer> {
    return this;
  }

  explain(): readonly (readonly [name: string, value: string])[] {
    return explainCollection(this.#shape.inputs);
  }

  #store({ collections }: HasCollections): HandleStore<{ readonly size: number }, object> {
    return collections.store(this.#shape) as HandleStore<{ readonly size: number }, object>;
  }
}

async function online<H extends AnyHandle>(handle: H, options: WaitOptions): Promise<H> {
  try {
    await handle.when().online().toPromise(options);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function define<
  Command extends AnyCommand,
  Item,
  Change extends object,
  State,
  Reader extends AnyHandle,
  Writer extends AnyHandle,
>(
  type: CollectionType<Command, Item, Change, State>,
  store: DigestLike,
  options: CollectionOptions,
  readerClass: HandleClass<Reader>,
  writerClass: HandleClass<Writer>,
): CollectionDef<Reader, Writer> {
  return new CollectionDef(collectionShape(type, store, options) as unknown as AnyShape, readerClass, writerClass);
}

/** Options of a priority queue. */
export interface PriorityQueueOptions extends CollectionOptions {
  /** Entries beyond which those of the lowest priority are evicted. It enters the group's id. Default: `Infinity`, unbounded. */
  readonly capacity?: number;
}

/**
 * Declares a collection: its kind, a name, which is also the secret of those who share it (spec 06 §2.1), and the types of what is in it.
 * Codecs must have Rust names. Each throws CollectionError `invalidOption`.
 */
export const collection = {
  map<K, V>(store: DigestLike, key: Codec<K>, value: Codec<V>, options: CollectionOptions = {}) {
    return define(mapType(key, value), store, options, MapReader<K, V>, MapWriter<K, V>);
  },
  vec<T>(store: DigestLike, element: Codec<T>, options: CollectionOptions = {}) {
    return define(vecType(element), store, options, VecReader<T>, VecWriter<T>);
  },
  set<T>(store: DigestLike, element: Codec<T>, options: CollectionOptions = {}) {
    return define(setType(element), store, options, SetReader<T>, SetWriter<T>);
  },
  cell<T>(store: DigestLike, value: Codec<T>, options: CollectionOptions = {}) {
    return define(cellType(value), store, options, CellReader<T>, CellWriter<T>);
  },
  once<T>(store: DigestLike, value: Codec<T>, options: CollectionOptions = {}) {
    return define(onceType(value), store, options, OnceReader<T>, OnceWriter<T>);
  },
  priorityQueue<P, K, V>(
    store: DigestLike,
    priority: Codec<P>,
    key: Codec<K>,
    value: Codec<V>,
    { capacity = Infinity, ...options }: PriorityQueueOptions = {},
  ) {
    const type = priorityQueueType(priority, key, value, capacity);
    return define(type, store, options, PriorityQueueReader<P, K, V>, PriorityQueueWriter<P, K, V>);
  },
};
