import type { Cursor, Index } from "../../positions.js";
import type { LogEntry } from "../../storage/storage.js";
import type { SyncGap } from "../sync.js";

/** What of the leader's entries is kept until the log reaches them. More is fetched, as what is before it. */
export const TAIL_MAX_BYTES = 16 * 1024 * 1024;
/** What an entry takes beside its command. */
export const ENTRY_BYTES = 256;

/** The end of the leader's log: entries that it sent while the log before them was not there. */
export class LeaderTail {
  #join: Cursor;
  #entries: LogEntry[] = [];
  #bytes = 0;

  constructor({ prev, entries }: SyncGap) {
    this.#join = prev;
    this.#push(entries);
  }

  /** The entries follow this one. Up to it the log is to be fetched. */
  get join(): Cursor {
    return this.#join;
  }

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  get end(): Cursor {
    const last = this.#entries.at(-1);
    return last === undefined ? this.#join : { term: last.term, index: this.#endIndex };
  }

  /** The leader went on. What does not follow the entries that are here takes their place: those between were lost. */
  add({ prev, entries }: SyncGap): void {
    const { term, index } = this.end;
    if (prev.index !== index || prev.term !== term) {
      this.#join = prev;
      this.#clear();
    }
    this.#push(entries);
  }

  get #endIndex(): Index {
    return this.#join.index + this.#entries.length;
  }

  #push(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#bytes += entry.command.length + ENTRY_BYTES;
    }
    if (this.#bytes <= TAIL_MAX_BYTES) return;
    this.#join = this.end;
    this.#clear();
  }

  #clear(): void {
    this.#entries = [];
    this.#bytes = 0;
  }
}
