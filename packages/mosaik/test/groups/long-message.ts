import { t } from "@mosaik/postcard";
import type { Cursor, Index, Term } from "../../src/groups/positions.js";
import { bondMessageCodec } from "../../src/groups/protocol.js";
import { peer } from "./raft/member.js";

const codec = bondMessageCodec(t.u32);

export interface LongMessage {
  readonly prev?: Cursor;
  readonly leaderCommit?: Index;
  /** The term of each entry, by its place in the message. Default: 1. */
  readonly terms?: (i: number) => Term;
}

/** A frame of a bond with very many entries, as a Rust leader sends them; their commands are small numbers. */
export function longAppend(
  count: number,
  { prev = { term: 0, index: 0 }, leaderCommit = 0, terms = () => 1 }: LongMessage = {},
): Uint8Array {
  const entries = Array.from({ length: count }, (_, i) => ({ term: terms(i), command: new Uint8Array([i & 255]) }));
  const term = terms(count - 1);
  return codec.encode({
    kind: "group",
    message: { kind: "appendEntries", term, leader: peer("b"), prev, entries, leaderCommit },
  });
}

/** A frame of a bond that forwards very many commands, small numbers. */
export function longForward(count: number): Uint8Array {
  const commands = Array.from({ length: count }, (_, i) => new Uint8Array([i & 255]));
  return codec.encode({ kind: "group", message: { kind: "command", commands, requestId: { low: 7, high: 1 } } });
}
