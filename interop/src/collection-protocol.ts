/** Collections in the program's commands: the TypeScript side of the table in `interop/README.md`. */
import type { JwtValidatorArgs } from "./ticket-protocol.js";

/** What the program can open; `place` and `order` are the structures of `rust-peer/src/collections/types.rs`. */
export type RustCollectionType =
  | "map<string, u64>"
  | "map<u64, bytes>"
  | "map<place, order>"
  | "map<(u64, string), string>"
  | "vec<string>"
  | "vec<order>"
  | "set<string>"
  | "set<u64>"
  | "cell<order>"
  | "once<bytes>"
  | "queue<u64, string, u64>"
  | "queue<place, u64, string>"
  | "queue<u64, u64, u64; 3>"
  | "queue<u64, string, u64; 100>";

/** The crate's defaults stand for what is absent. One object does for both languages. */
export interface CollectionSyncArgs {
  readonly fetchBatchSize?: number;
  readonly snapshotTtlMs?: number;
  readonly snapshotRequestTimeoutMs?: number;
  readonly fetchTimeoutMs?: number;
}

export interface OpenCollectionOptions {
  /** 64 hexadecimal digits are the id itself, any other text is hashed. */
  readonly store: string;
  readonly role: "reader" | "writer";
  readonly sync?: CollectionSyncArgs;
  /** Bonds only with peers whose tickets all of these accept; their order enters the group's id. */
  readonly requireTickets?: readonly JwtValidatorArgs[];
}

/** An operation of a writer, and its arguments in JSON. */
export type CollectionStep = readonly [operation: string, ...args: readonly unknown[]];

export interface OpenedCollection {
  readonly collection: string;
  /** Hexadecimal. */
  readonly groupId: string;
}

export interface CollectionInfo {
  readonly size: number;
  readonly version: number;
  readonly online: boolean;
  /** Of a queue: entries of the lowest and of the highest priority. */
  readonly more: { readonly min: unknown; readonly max: unknown } | null;
}

/** Numbered entries: `key-<n>` has the value n. */
export interface EntryRange {
  /** The number of the first. */
  readonly first: number;
  readonly count: number;
}

export interface InsertLoad extends EntryRange {
  /** Inserts side by side; 1 if absent. */
  readonly inFlight?: number;
}

export interface ReadLoad {
  /** How many keys are read in turn. */
  readonly keys: number;
  /** Reads in all. */
  readonly count: number;
}

export interface ReadLoadResult {
  readonly found: number;
  readonly elapsedMs: number;
}
