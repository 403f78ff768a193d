import { DecodeError, Reader } from "@mosaik/postcard";
import { peerIdCodec } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import { cursorCodec, indexCodec, termCodec, type Cursor, type Term } from "./positions.js";
import { ENTRIES_MAX, entryCodec } from "./protocol.js";
import type { AppendEntries } from "./raft/messages.js";
import type { LogEntry } from "./storage/storage.js";

/** With more entries than this a message is taken in parts: a leader of this library sends fewer. */
export const LONG_ENTRIES_MIN = 4096;
/** Entries of one part. */
export const PART_ENTRIES_MAX = 1024;

/** The variants that lead to `AppendEntries` (spec 05 §4.7, §5). */
const GROUP = 5;
const APPEND_ENTRIES = 0;
const PEER_ID_BYTES = 32;
const ENTRY_BYTES_MIN = 2;

/** Whether a frame of a bond is an `AppendEntries` of so many entries that it is to be taken in parts. */
export function isLongAppend(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < LONG_ENTRIES_MIN * ENTRY_BYTES_MIN) return false;
  const reader = new Reader(bytes, start, end);
  try {
    if (reader.u32() !== GROUP || reader.u32() !== APPEND_ENTRIES) return false;
    termCodec.read(reader);
    reader.offset += PEER_ID_BYTES;
    cursorCodec.read(reader);
    const count = reader.count(ENTRY_BYTES_MIN);
    return count > LONG_ENTRIES_MIN && count <= ENTRIES_MAX;
  } catch (error) {
    // Whoever decodes it says what is wrong with it.
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

/**
 * An `AppendEntries` of very many entries, as Rust leaders send that are given many commands at once: read in parts, each of them a
 * message of its own, as if the leader had divided it (spec 05 §19 C4). What is committed is told with the last part; a fingerprint,
 * which only leaders send that divide their messages, is passed over.
 */
export class LongAppend {
  readonly #reader: Reader;
  readonly #term: Term;
  readonly #leader: PeerId;
  #prev: Cursor;
  #left: number;

  /** @param frame one that `isLongAppend`; read in place, as long as there are parts. @throws DecodeError */
  constructor(frame: Uint8Array) {
    const reader = new Reader(frame);
    reader.u32();
    reader.u32();
    this.#reader = reader;
    this.#term = termCodec.read(reader);
    this.#leader = peerIdCodec.read(reader);
    this.#prev = cursorCodec.read(reader);
    this.#left = reader.count(ENTRY_BYTES_MIN);
  }

  /** Whether all parts were given. */
  get isOver(): boolean {
    return this.#left === 0;
  }

  /** @returns the next part; nothing behind the last one. @throws DecodeError */
  next(): AppendEntries | undefined {
    if (this.#left === 0) return undefined;
    const count = Math.min(PART_ENTRIES_MAX, this.#left);
    const entries: LogEntry[] = [];
    for (let i = 0; i < count; i++) entries.push(entryCodec.read(this.#reader));
    this.#left -= count;
    const prev = this.#prev;
    this.#prev = { term: entries.at(-1)!.term, index: prev.index + count };
    const leaderCommit = this.#left === 0 ? indexCodec.read(this.#reader) : 0;
    return { kind: "appendEntries", term: this.#term, leader: this.#leader, prev, entries, leaderCommit };
  }
}
