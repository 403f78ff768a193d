import { DecodeError, Reader, t } from "@mosaik/postcard";
import { LONG_ENTRIES_MIN, PART_ENTRIES_MAX } from "./long-append.js";
import { ENTRIES_MAX, type CommandCheck } from "./protocol.js";
import type { ForwardCommand } from "./raft/messages.js";
import { u64PairCodec } from "./u64-pair.js";

/** The variants that lead to a forwarded `Command` (spec 05 §4.7, §5). */
const GROUP = 5;
const FORWARD = 4;
const COMMAND = 0;
const COMMAND_BYTES_MIN = 1;

const requestIdCodec = t.option(u64PairCodec);

/** Whether a frame of a bond forwards so many commands that they are to be decoded over several turns. */
export function isLongForward(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < LONG_ENTRIES_MIN * COMMAND_BYTES_MIN) return false;
  const reader = new Reader(bytes, start, end);
  try {
    if (reader.u32() !== GROUP || reader.u32() !== FORWARD || reader.u32() !== COMMAND) return false;
    const count = reader.count(COMMAND_BYTES_MIN);
    return count > LONG_ENTRIES_MIN && count <= ENTRIES_MAX;
  } catch (error) {
    // Whoever decodes it says what is wrong with it.
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

/** Very many commands that a member forwards at once. They get places in a row: so they are read in parts, and given as one message. */
export class LongForward {
  readonly #reader: Reader;
  readonly #commands: Uint8Array[] = [];
  readonly #count: number;
  readonly #check: CommandCheck;
  #isOver = false;

  /**
   * @param frame one that `isLongForward`; read in place
   * @param check throws for what is no command
   * @throws DecodeError
   */
  constructor(frame: Uint8Array, check: CommandCheck) {
    const reader = new Reader(frame);
    reader.u32();
    reader.u32();
    reader.u32();
    this.#reader = reader;
    this.#check = check;
    this.#count = reader.count(COMMAND_BYTES_MIN);
  }

  /** Whether the message was given. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Reads some more. @returns the message, once all of it is read. @throws DecodeError, and what the check throws */
  next(): ForwardCommand | undefined {
    const commands = this.#commands;
    const end = Math.min(commands.length + PART_ENTRIES_MAX, this.#count);
    while (commands.length < end) {
      const command = t.bytes.read(this.#reader);
      this.#check(command);
      commands.push(command);
    }
    if (end < this.#count) return undefined;
    this.#isOver = true;
    return { kind: "command", commands, requestId: requestIdCodec.read(this.#reader) };
  }
}
