/** The Mainline DHT in the program's commands: the TypeScript side of the table in `interop/README.md`. */
import type { JsonU64, PeerAddr } from "./protocol.js";

/** What Rust reads in a slot of a network. */
export interface RustSlot {
  /** In hexadecimal. */
  readonly publicKey: string;
  /** Microseconds since the Unix epoch; absent where nothing can be read. */
  readonly seq?: JsonU64;
  /** The DNS message, in hexadecimal. */
  readonly value?: string;
  /** Who is in the slot, and where; nothing where Rust takes it for empty. */
  readonly peer?: PeerAddr | null;
  /** Why it could not be read. */
  readonly error?: string;
}

/** A record as pkarr writes one. */
export interface SlotRecord {
  readonly slot: number;
  readonly peer?: PeerAddr;
  /** Names and texts of further records: what no node writes. */
  readonly txt?: readonly (readonly [name: string, text: string])[];
  /** The clock's if absent. */
  readonly seq?: JsonU64;
}

/** An item that any client of the DHT may write. */
export interface RustItem {
  readonly seq: number;
  /** In hexadecimal. */
  readonly value: string;
}

export interface TestnetOptions {
  /** How many nodes there are. */
  readonly count: number;
  /** Where the first of them listen, as `127.0.0.2:6881`; the others take free ports of 127.0.0.1. */
  readonly addresses?: readonly string[];
}
