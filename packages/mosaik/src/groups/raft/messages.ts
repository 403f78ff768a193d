import type { PeerId } from "../../primitives/index.js";
import type { Cursor, Index, IndexRange, Term } from "../positions.js";
import type { LogEntry } from "../storage/storage.js";

/** How a member votes: abstained ones do not count in the quorum (spec 05 §6.3). */
export type Vote = "granted" | "denied" | "abstained";

/** 64 bits over all entries up to a place of the log, as two u32 (spec 08 §4). */
export interface Fingerprint {
  readonly low: number;
  readonly high: number;
}

/** The id of a forwarded command or query: a random u64, as two u32. */
export interface RequestId {
  readonly low: number;
  readonly high: number;
}

export interface AppendEntries {
  readonly kind: "appendEntries";
  readonly term: Term;
  readonly leader: PeerId;
  readonly prev: Cursor;
  readonly entries: readonly LogEntry[];
  readonly leaderCommit: Index;
  /** Of the leader's log at `prev`; from TypeScript leaders only. */
  readonly fingerprint?: Fingerprint | undefined;
}

export interface AppendEntriesResponse {
  readonly kind: "appendEntriesResponse";
  readonly term: Term;
  /** The end of the sender's whole log. */
  readonly lastIndex: Index;
  readonly vote: Vote;
}

export interface RequestVote {
  readonly kind: "requestVote";
  readonly term: Term;
  readonly candidate: PeerId;
  readonly position: Cursor;
}

export interface RequestVoteResponse {
  readonly kind: "requestVoteResponse";
  readonly term: Term;
  readonly vote: Vote;
}

export interface ForwardCommand {
  readonly kind: "command";
  readonly commands: readonly Uint8Array[];
  /** Without one nobody waits for the answer. */
  readonly requestId: RequestId | undefined;
}

export interface CommandAck {
  readonly kind: "commandAck";
  readonly requestId: RequestId;
  readonly assigned: IndexRange;
}

export interface ForwardQuery {
  readonly kind: "query";
  readonly query: Uint8Array;
  readonly requestId: RequestId;
}

export interface QueryResponse {
  readonly kind: "queryResponse";
  readonly requestId: RequestId;
  readonly result: Uint8Array;
  readonly position: Index;
}

/** What members tell each other about the log (spec 05 §5), but for the messages of the state sync. */
export type RaftMessage =
  | AppendEntries
  | AppendEntriesResponse
  | RequestVote
  | RequestVoteResponse
  | ForwardCommand
  | CommandAck
  | ForwardQuery
  | QueryResponse;
