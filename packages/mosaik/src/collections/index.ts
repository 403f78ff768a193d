export type { Reset, Version, Versioned, WatchOptions } from "./changes.js";
export { Collections, type OpenCollection } from "./collections.js";
export type { CollectionOptions } from "./config.js";
export {
  collection,
  CollectionDef,
  type CollectionIdentity,
  type HasCollections,
  type PriorityQueueOptions,
  type ReaderDef,
  type WriterDef,
} from "./declare.js";
export { CollectionError, type CollectionErrorCode } from "./errors.js";
export { CellReader, CellWriter } from "./handles/cell.js";
export { Handle, type Exchanged } from "./handles/handle.js";
export { MapReader, MapWriter } from "./handles/map.js";
export { OnceReader, OnceWriter, type WrittenOnce } from "./handles/once.js";
export { PriorityQueueReader, PriorityQueueWriter, type PriorityRange } from "./handles/priority-queue.js";
export { SetReader, SetWriter } from "./handles/set.js";
export { VecReader, VecWriter, type Popped } from "./handles/vec.js";
export type { CollectionKind, StoreId } from "./identity.js";
export type { CellChange } from "./machines/cell.js";
export type { MapChange } from "./machines/map.js";
export type { OnceChange } from "./machines/once.js";
export type { PriorityQueueChange, PriorityQueueEntry } from "./machines/priority-queue.js";
export type { SetChange } from "./machines/set.js";
export type { VecChange } from "./machines/vec.js";
export type { SyncOptions } from "./sync/config.js";
export { CollectionCondition, CollectionWhen } from "./when.js";
