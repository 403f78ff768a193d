import type { Cursor, IndexRange, LogEntry, LogSlice, LogStorage } from "../../groups/index.js";

/** A log storage in a few lines: what every other one is compared with. Slow. */
export class NaiveLog implements LogStorage {
  #boundary: Cursor = { term: 0, index: 0 };
  #entries: LogEntry[] = [];

  append(entries: readonly LogEntry[]): number {
    this.#entries.push(...entries.map(({ term, command }) => ({ term, command: command.slice() })));
    return this.last().index;
  }

  available(): IndexRange {
    return { start: this.#boundary.index, end: this.last().index };
  }

  get(index: number): LogEntry | undefined {
    return this.#entries[index - this.#boundary.index - 1];
  }

  slice({ start, end }: IndexRange): LogSlice {
    const offset = this.#boundary.index + 1;
    const first = Math.max(start, offset);
    return { start: first, entries: this.#entries.slice(first - offset, Math.max(0, end + 1 - offset)) };
  }

  truncate(at: number): void {
    this.#entries = this.#entries.slice(0, Math.max(0, at - this.#boundary.index - 1));
  }

  last(): Cursor {
    const entry = this.#entries.at(-1);
    if (entry === undefined) return this.#boundary;
    return { term: entry.term, index: this.#boundary.index + this.#entries.length };
  }

  termAt(index: number): number | undefined {
    if (index === 0) return 0;
    return index === this.#boundary.index ? this.#boundary.term : this.get(index)?.term;
  }

  prunePrefix(upTo: number): void {
    const count = Math.min(upTo - this.#boundary.index, this.#entries.length);
    if (count <= 0) return;
    this.#boundary = { term: this.#entries[count - 1]!.term, index: this.#boundary.index + count };
    this.#entries = this.#entries.slice(count);
  }

  resetTo(boundary: Cursor): void {
    this.#boundary = boundary;
    this.#entries = [];
  }
}
