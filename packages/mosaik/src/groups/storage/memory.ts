import { ORIGIN, type Cursor, type Index, type IndexRange, type Term } from "../positions.js";
import { CHUNK_ENTRIES, MemoryChunk } from "./memory-chunk.js";
import type { LogEntry, LogSlice, LogStorage } from "./storage.js";

/**
 * A log in memory: what a group keeps its commands in unless it is given another storage. It is gone with the process.
 *
 * An entry takes 12 bytes beside its command, and none of its own on the heap. Appending, reading and pruning take constant time for each entry.
 */
export class MemoryLog implements LogStorage {
  /** By their number: the chunk of index i is the (i / CHUNK_ENTRIES)-th. */
  readonly #chunks = new Map<number, MemoryChunk>();
  #boundary: Cursor = ORIGIN;
  #lastIndex: Index = 0;

  append(entries: readonly LogEntry[]): Index {
    if (this.#lastIndex > Number.MAX_SAFE_INTEGER - entries.length) throw new RangeError("there are no more indices");
    for (const entry of entries) {
      const index = this.#lastIndex + 1;
      const number = chunkOf(index);
      let chunk = this.#chunks.get(number);
      if (chunk === undefined) this.#chunks.set(number, (chunk = new MemoryChunk()));
      chunk.fill(placeOf(index), entry);
      this.#lastIndex = index;
    }
    return this.#lastIndex;
  }

  available(): IndexRange {
    return { start: this.#boundary.index, end: this.#lastIndex };
  }

  get(index: Index): LogEntry | undefined {
    const chunk = this.#chunkAt(index);
    if (chunk === undefined) return undefined;
    const place = placeOf(index);
    return { term: chunk.term(place), command: chunk.command(place) };
  }

  slice(range: IndexRange): LogSlice {
    const start = Math.max(range.start, this.#boundary.index + 1);
    const end = Math.min(range.end, this.#lastIndex);
    const entries: LogEntry[] = [];
    for (let index = start; index <= end; index++) entries.push(this.get(index)!);
    return { start, entries };
  }

  truncate(at: Index): void {
    const first = Math.max(at, this.#boundary.index + 1);
    if (first > this.#lastIndex) return;
    for (let number = chunkOf(this.#lastIndex); number > chunkOf(first); number--) this.#chunks.delete(number);
    if (placeOf(first) === 0) this.#chunks.delete(chunkOf(first));
    else this.#chunks.get(chunkOf(first))!.cut(placeOf(first));
    this.#lastIndex = first - 1;
  }

  last(): Cursor {
    const chunk = this.#chunkAt(this.#lastIndex);
    return chunk === undefined
      ? this.#boundary
      : { term: chunk.term(placeOf(this.#lastIndex)), index: this.#lastIndex };
  }

  termAt(index: Index): Term | undefined {
    if (index === 0) return 0;
    if (index === this.#boundary.index) return this.#boundary.term;
    return this.#chunkAt(index)?.term(placeOf(index));
  }

  prunePrefix(upTo: Index): void {
    const end = Math.min(upTo, this.#lastIndex);
    if (end <= this.#boundary.index) return;
    const term = this.termAt(end)!;
    const kept = chunkOf(end + 1);
    for (let number = chunkOf(this.#boundary.index + 1); number < kept; number++) this.#chunks.delete(number);
    const chunk = this.#chunks.get(kept);
    const from = Math.max(this.#boundary.index + 1, kept * CHUNK_ENTRIES);
    for (let index = from; index <= end; index++) chunk?.release(placeOf(index));
    this.#boundary = { term, index: end };
  }

  resetTo(boundary: Cursor): void {
    this.#chunks.clear();
    this.#boundary = boundary;
    this.#lastIndex = boundary.index;
  }

  /** The chunk that holds `index`; none for what is not held. */
  #chunkAt(index: Index): MemoryChunk | undefined {
    return index > this.#boundary.index && index <= this.#lastIndex ? this.#chunks.get(chunkOf(index)) : undefined;
  }
}

function chunkOf(index: Index): number {
  return Math.floor(index / CHUNK_ENTRIES);
}

function placeOf(index: Index): number {
  return index % CHUNK_ENTRIES;
}
