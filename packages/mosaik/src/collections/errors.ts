import { GroupError, type GroupErrorCode } from "../groups/index.js";
import { MosaikError } from "../primitives/index.js";

/** Why something about a collection failed. */
export type CollectionErrorCode =
  /** An option has a value that it cannot have, or the codecs are none that a collection can have. */
  | "invalidOption"
  /** The value, key or priority cannot be encoded, or is over the frame limit: nothing was sent. */
  | "encoding"
  /** There is no leader: nothing was sent. Worth another try. */
  | "offline"
  /** The command was sent, and nobody knows whether it was executed: the leader was lost, or did not answer in time. */
  | "outcomeUnknown"
  /** Another leader put another command in its place: it was not executed. Worth another try. */
  | "superseded"
  /** The handle, or its network, was closed. */
  | "closed"
  /** What was waited for did not come in time. What was sent may be executed all the same. */
  | "timeout"
  /** An index is behind the end of a vec. */
  | "indexOutOfRange"
  /** This node can have no collections: its transport gives no keying material. */
  | "exporterUnavailable"
  /** This node takes no further part in the collection: see the cause. */
  | "failed";

/** What collections throw. */
export class CollectionError extends MosaikError<CollectionErrorCode> {
  override readonly name = "CollectionError";
  /** The arguments of the operation that failed, to be given again. */
  readonly args: readonly unknown[];

  constructor(
    code: CollectionErrorCode,
    message: string,
    details: { args?: readonly unknown[]; cause?: unknown } = {},
  ) {
    super(code, message, details);
    this.args = details.args ?? [];
  }
}

/** Codes of groups' errors, as collections have them. The others cannot come from what a collection does. */
const CODES: Partial<Record<GroupErrorCode, CollectionErrorCode>> = {
  notSent: "offline",
  outcomeUnknown: "outcomeUnknown",
  superseded: "superseded",
  // Only vecs refuse commands: inserts behind the end.
  refused: "indexOutOfRange",
  encoding: "encoding",
  timeout: "timeout",
  closed: "closed",
  exporterUnavailable: "exporterUnavailable",
  invalidOption: "invalidOption",
  machineFailed: "failed",
  storageFailed: "failed",
  internal: "failed",
};

/** What a group's error means for a collection; another error is as it is. */
export function asCollectionError(error: unknown, args: readonly unknown[] = []): unknown {
  if (!(error instanceof GroupError)) return error;
  const code = CODES[error.code];
  return code === undefined ? error : new CollectionError(code, error.message, { args, cause: error });
}
