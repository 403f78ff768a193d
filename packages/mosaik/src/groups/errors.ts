import { MosaikError, type PeerId } from "../primitives/index.js";
import type { IndexRange } from "./positions.js";

/** Why something about a group failed. */
export type GroupErrorCode =
  /** There is no leader to give the commands or the query to: nothing was sent. They are in `commands` or `query`. */
  | "notSent"
  /** The commands or the query were sent, and nobody knows what became of them. They may yet be committed. */
  | "outcomeUnknown"
  /** Another leader put other commands in the place that these had: they are not committed. */
  | "superseded"
  /** The leader kept a command out of the log: it would have harmed members. It is not executed; others given with it may be. */
  | "refused"
  /** A command, query or result cannot be encoded, or is over the frame limit: nothing was sent. */
  | "encoding"
  /** The answer, or a command of the log, does not decode. */
  | "decoding"
  /** No commands were given. */
  | "noCommands"
  /** It took longer than the given deadline; the commands may yet be committed. */
  | "timeout"
  /** The group was left, or the network is closed. */
  | "closed"
  /** The state machine threw: this member takes no further part. */
  | "machineFailed"
  /** The state machine threw at a query. It goes on. */
  | "queryFailed"
  /** The log's storage threw: this member takes no further part. */
  | "storageFailed"
  /** Mosaik itself failed, by a defect: this member takes no further part. The cause is worth a report. */
  | "internal"
  /** This node is a member already, with another machine, storage or configuration. */
  | "mismatch"
  /** The transport gives no keying material: no group is possible on it. */
  | "exporterUnavailable"
  /** An option has an unusable value. */
  | "invalidOption";

export interface GroupErrorDetails {
  readonly commands?: readonly unknown[];
  readonly query?: unknown;
  readonly range?: IndexRange | undefined;
  readonly peer?: PeerId | undefined;
  readonly cause?: unknown;
}

/** What groups throw. */
export class GroupError extends MosaikError<GroupErrorCode> {
  override readonly name = "GroupError";
  /** The commands concerned, to be given again; empty for none. */
  readonly commands: readonly unknown[];
  /** The query concerned. */
  readonly query: unknown;
  /** The places that the commands had been given. */
  readonly range: IndexRange | undefined;

  constructor(code: GroupErrorCode, message: string, details: GroupErrorDetails = {}) {
    super(code, message, details);
    this.commands = details.commands ?? [];
    this.query = details.query;
    this.range = details.range;
  }
}
