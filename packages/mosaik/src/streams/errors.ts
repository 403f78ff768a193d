import { MosaikError } from "../primitives/index.js";

/** Why something about a stream failed. */
export type StreamErrorCode =
  /** The producer, the consumer or the network is closed. */
  | "closed"
  /** The producer's online condition does not hold. */
  | "offline"
  /** A consumer's queue is full. */
  | "full"
  /** The datum cannot be encoded; the cause is an `EncodeError`. */
  | "encoding"
  /** The encoded datum is over the frame limit of the network. */
  | "tooLarge"
  /** This node produces the stream already; `existing` is the producer. */
  | "alreadyExists"
  /** This node produces the stream already, with another codec. */
  | "codecMismatch"
  /** The codec has no Rust type name, and no id was given. */
  | "noStreamId"
  /** An option has an unusable value. */
  | "invalidOption";

/** What streams throw. `datum` is what was not sent, where there is one. */
export class StreamError extends MosaikError<StreamErrorCode> {
  override readonly name = "StreamError";
  /** What was not sent, where there is something. */
  readonly datum: unknown;
  /** The producer that exists, with `alreadyExists`. */
  readonly existing: unknown;

  constructor(
    code: StreamErrorCode,
    message: string,
    details: { datum?: unknown; existing?: unknown; cause?: unknown } = {},
  ) {
    super(code, message, details);
    this.datum = details.datum;
    this.existing = details.existing;
  }
}
