import { GroupError } from "../errors.js";
import type { Cursor, Index, IndexRange, Term } from "../positions.js";
import type { LogEntry, LogSlice, LogStorage } from "./storage.js";

/** A log whose storage may fail: what it throws becomes a GroupError `storageFailed`, and is told at once, whoever asked. */
export class GuardedLog implements LogStorage {
  /** Called for each failure, before it is thrown. */
  onFailed: ((error: GroupError) => void) | undefined;
  readonly #log: LogStorage;

  constructor(log: LogStorage) {
    this.#log = log;
  }

  append(entries: readonly LogEntry[]): Index {
    return this.#guard("append", () => this.#log.append(entries));
  }

  available(): IndexRange {
    return this.#guard("available", () => this.#log.available());
  }

  get(index: Index): LogEntry | undefined {
    return this.#guard("get", () => this.#log.get(index));
  }

  slice(range: IndexRange): LogSlice {
    return this.#guard("slice", () => this.#log.slice(range));
  }

  truncate(at: Index): void {
    this.#guard("truncate", () => this.#log.truncate(at));
  }

  last(): Cursor {
    return this.#guard("last", () => this.#log.last());
  }

  termAt(index: Index): Term | undefined {
    return this.#guard("termAt", () => this.#log.termAt(index));
  }

  prunePrefix(upTo: Index): void {
    this.#guard("prunePrefix", () => this.#log.prunePrefix(upTo));
  }

  resetTo(boundary: Cursor): void {
    this.#guard("resetTo", () => this.#log.resetTo(boundary));
  }

  #guard<T>(method: keyof LogStorage, call: () => T): T {
    try {
      return call();
    } catch (cause) {
      const error = new GroupError("storageFailed", `the storage of the group's log threw at ${method}`, { cause });
      this.onFailed?.(error);
      throw error;
    }
  }
}
