import type { Cursor, Index, IndexRange, Term } from "../../../src/groups/positions.js";
import type { LogEntry, LogSlice, LogStorage } from "../../../src/groups/storage/storage.js";

/** A hash of everything up to a place of a log: equal where the logs are. The place itself counts, too. */
export function link(before: number, term: Term, command: Uint8Array): number {
  let hash = Math.imul(before ^ term, 0x85ebca6b);
  for (const byte of command) hash = Math.imul(hash ^ byte ^ (hash >>> 15), 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) | 0;
}

/** Entries that were taken off the end of a log. */
export interface Removal {
  readonly from: Index;
  readonly entries: readonly LogEntry[];
}

/** A log whose every change is seen: by the hashes of its prefixes, and by what was taken off its end. */
export class ObservedLog implements LogStorage {
  /** By place: the hash of everything up to there. */
  readonly hashes: number[] = [0];
  readonly #inner: LogStorage;
  #removals: Removal[] = [];

  constructor(inner: LogStorage) {
    this.#inner = inner;
  }

  /** What was taken off since the last call. */
  takeRemovals(): readonly Removal[] {
    const removals = this.#removals;
    if (removals.length > 0) this.#removals = [];
    return removals;
  }

  append(entries: readonly LogEntry[]): Index {
    const last = this.#inner.append(entries);
    const from = last - entries.length;
    for (const [i, { term, command }] of entries.entries()) {
      this.hashes[from + i + 1] = link(this.hashes[from + i]!, term, command);
    }
    return last;
  }

  truncate(at: Index): void {
    this.#remove(at);
    this.#inner.truncate(at);
  }

  resetTo(boundary: Cursor): void {
    this.#remove(1);
    this.#inner.resetTo(boundary);
  }

  available(): IndexRange {
    return this.#inner.available();
  }

  get(index: Index): LogEntry | undefined {
    return this.#inner.get(index);
  }

  slice(range: IndexRange): LogSlice {
    return this.#inner.slice(range);
  }

  last(): Cursor {
    return this.#inner.last();
  }

  termAt(index: Index): Term | undefined {
    return this.#inner.termAt(index);
  }

  prunePrefix(upTo: Index): void {
    this.#inner.prunePrefix(upTo);
  }

  #remove(at: Index): void {
    const { index } = this.#inner.last();
    if (at > index) return;
    const { start, entries } = this.#inner.slice({ start: at, end: index });
    this.#removals.push({ from: start, entries });
    this.hashes.length = start;
  }
}
