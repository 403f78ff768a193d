import type { Cursor, Index, IndexRange, Term } from "../positions.js";
import type { LogEntry, LogSlice, LogStorage } from "../storage/storage.js";
import { EMPTY_FINGERPRINT, rollFingerprint } from "./fingerprint.js";
import type { Fingerprint } from "./messages.js";

const SLOTS_MIN = 64;

/**
 * A log that knows the fingerprint of everything up to each place (spec 08 §4), at 8 bytes an entry. Behind a boundary whose fingerprint
 * nobody told there are none, until a leader tells the one of the log's end.
 */
export class FingerprintedLog implements LogStorage {
  readonly #log: LogStorage;
  #low = new Uint32Array(SLOTS_MIN);
  #high = new Uint32Array(SLOTS_MIN);
  /** The place of slot 0, and the number of slots in use: none for "unknown". */
  #first: Index = 0;
  #count = 0;

  /** @param log what is in it already is read once */
  constructor(log: LogStorage) {
    this.#log = log;
    const { start, end } = log.available();
    if (start > 0) return;
    this.#begin(0, EMPTY_FINGERPRINT);
    if (end > 0) this.#roll(log.slice({ start: 1, end }).entries);
  }

  append(entries: readonly LogEntry[]): Index {
    const last = this.#log.append(entries);
    if (this.#count > 0) this.#roll(entries);
    return last;
  }

  available(): IndexRange {
    return this.#log.available();
  }

  get(index: Index): LogEntry | undefined {
    return this.#log.get(index);
  }

  slice(range: IndexRange): LogSlice {
    return this.#log.slice(range);
  }

  truncate(at: Index): void {
    this.#log.truncate(at);
    this.#count = Math.max(0, Math.min(this.#count, this.#log.last().index - this.#first + 1));
  }

  last(): Cursor {
    return this.#log.last();
  }

  termAt(index: Index): Term | undefined {
    return this.#log.termAt(index);
  }

  prunePrefix(upTo: Index): void {
    this.#log.prunePrefix(upTo);
    const pruned = this.#log.available().start - this.#first;
    // Moved only when half of the slots are of no use any more, so that pruning costs next to nothing.
    if (this.#count === 0 || pruned <= SLOTS_MIN || pruned < this.#count / 2) return;
    this.#low.copyWithin(0, pruned, this.#count);
    this.#high.copyWithin(0, pruned, this.#count);
    this.#first += pruned;
    this.#count -= pruned;
  }

  /** @param fingerprint of everything up to the boundary, if it is known */
  resetTo(boundary: Cursor, fingerprint?: Fingerprint): void {
    this.#log.resetTo(boundary);
    this.#count = 0;
    if (fingerprint !== undefined) this.#begin(boundary.index, fingerprint);
    else if (boundary.index === 0) this.#begin(0, EMPTY_FINGERPRINT);
  }

  /** The fingerprint of all entries up to `index`; nothing if it is not known. */
  fingerprintAt(index: Index): Fingerprint | undefined {
    const slot = index - this.#first;
    if (slot < 0 || slot >= this.#count) return undefined;
    return { low: this.#low[slot]!, high: this.#high[slot]! };
  }

  /** Takes over what the leader says of the end of the log, where nothing is known. */
  adoptFingerprint(index: Index, fingerprint: Fingerprint): void {
    if (this.#count === 0 && index === this.#log.last().index) this.#begin(index, fingerprint);
  }

  #begin(index: Index, { low, high }: Fingerprint): void {
    this.#first = index;
    this.#count = 1;
    this.#low[0] = low;
    this.#high[0] = high;
  }

  #roll(entries: readonly LogEntry[]): void {
    this.#reserve(this.#count + entries.length);
    for (let i = 0; i < entries.length; i++) rollFingerprint(this.#low, this.#high, this.#count++, entries[i]!);
  }

  #reserve(slots: number): void {
    if (slots <= this.#low.length) return;
    const capacity = Math.max(slots, this.#low.length * 2);
    this.#low = grown(this.#low, capacity);
    this.#high = grown(this.#high, capacity);
  }
}

function grown(array: Uint32Array<ArrayBuffer>, capacity: number): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(capacity);
  copy.set(array);
  return copy;
}
