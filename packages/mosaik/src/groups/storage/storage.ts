import type { Cursor, Index, IndexRange, Term } from "../positions.js";

/** One command of the log, as it is on the wire. Whoever hands one over does not change its bytes any more. */
export interface LogEntry {
  readonly term: Term;
  readonly command: Uint8Array;
}

/** Entries that follow each other in the log. */
export interface LogSlice {
  /** The place of the first one; one behind where they would be if there is none. */
  readonly start: Index;
  readonly entries: readonly LogEntry[];
}

/**
 * Where a group keeps its log (spec 05 §8). Synchronous: a durable store holds in memory what it has not written yet.
 *
 * Commands may have been taken off the beginning: the place of the last of those is the boundary, whose term is kept.
 */
export interface LogStorage {
  /** Appends at the end. @returns the place of the last entry */
  append(entries: readonly LogEntry[]): Index;
  /** From the boundary, which is no entry, to the last entry. */
  available(): IndexRange;
  /** `undefined` for 0, for what was taken off, and behind the end. */
  get(index: Index): LogEntry | undefined;
  /** The entries of the range that are held. */
  slice(range: IndexRange): LogSlice;
  /** Takes the entry at `at` and all behind it away; at or before the boundary: all that are held. */
  truncate(at: Index): void;
  /** The last entry; else the boundary; else the origin. */
  last(): Cursor;
  /** 0 for index 0, and the boundary's at the boundary; `undefined` for what is not held. */
  termAt(index: Index): Term | undefined;
  /** Takes the entries up to and with `upTo` off the beginning; no more than there are, and nothing if they are off already. */
  prunePrefix(upTo: Index): void;
  /** Drops everything, and begins behind `boundary`: after a snapshot. */
  resetTo(boundary: Cursor): void;
}
