import { MosaikError } from "../primitives/index.js";

/** Why something about a collection failed. */
export type CollectionErrorCode =
  /** An option has a value that it cannot have, or the codecs are none that a collection can have. */
  | "invalidOption"
  /** The value, key or priority cannot be encoded: nothing was sent. */
  | "encoding"
  /** There is no leader: nothing was sent. Worth another try. */
  | "offline"
  /** The command was sent, and nobody knows whether it was executed: the leader was lost, or did not answer in time. */
  | "outcomeUnknown"
  /** Another leader put another command in its place: it was not executed. Worth another try. */
  | "superseded"
  /** The collection, or its network, was closed. */
  | "closed"
  /** What was waited for did not come in time. */
  | "timeout"
  /** An index is behind the end of a vec. */
  | "indexOutOfRange"
  /** Changes from this version on are not known any more. */
  | "compacted";

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
