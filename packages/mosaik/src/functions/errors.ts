import { MosaikError, type PeerId } from "../primitives/index.js";

/** Why a call failed, or a function could not be opened. */
export type FunctionErrorCode =
  /** The handler answered with an application error; `error` is it. */
  | "application"
  /** The call took longer than it may: an attempt was under way, or none had failed. */
  | "timeout"
  /** There was no handler at all. */
  | "unavailable"
  /** The handlers refused; `closeCode` is what the last one said. */
  | "rejected"
  /** The connection with a handler failed. */
  | "transport"
  /** The request cannot be encoded, or is over the frame limit; nothing was sent. */
  | "encode"
  /** The handler's answer does not decode. */
  | "decode"
  /** The caller's signal was aborted; `cause` is its reason. */
  | "cancelled"
  /** The caller, the handler or the network is closed. */
  | "closed"
  /** A circuit breaker made no call, as those before failed. */
  | "circuitOpen"
  /** A bulkhead made no call, as too many are in progress. */
  | "overloaded"
  /** This node handles the function already; `existing` is the handler. */
  | "alreadyExists"
  /** A codec has no Rust type name, and no id was given. */
  | "noFunctionId"
  /** An option has an unusable value. */
  | "invalidOption";

/** One try of a call with one handler. */
export interface Attempt {
  /** The handler that was asked. */
  readonly peer: PeerId;
  /** How it ended. */
  readonly outcome: "rejected" | "transport" | "decode" | "abandoned";
  /** The code that the handler closed or answered with, where it did (spec 01 §7). */
  readonly closeCode: number | undefined;
  /** Whether the handler may have run the function. */
  readonly mayHaveRun: boolean;
  /** How long it took, in ms. */
  readonly tookMs: number;
}

export interface FunctionErrorDetails {
  readonly error?: unknown;
  readonly attempts?: readonly Attempt[];
  readonly closeCode?: number | undefined;
  readonly existing?: unknown;
  readonly peer?: PeerId | undefined;
  readonly cause?: unknown;
}

/** What functions throw. */
export class FunctionError extends MosaikError<FunctionErrorCode> {
  override readonly name = "FunctionError";
  /** The handler's application error, with `application`. */
  readonly error: unknown;
  /** The tries of this call that failed, the last 32 of them, in their order. */
  readonly attempts: readonly Attempt[];
  /** The code of the last refusal, with `rejected`. */
  readonly closeCode: number | undefined;
  /** The handler that exists, with `alreadyExists`. */
  readonly existing: unknown;

  constructor(code: FunctionErrorCode, message: string, details: FunctionErrorDetails = {}) {
    super(code, message, details);
    this.error = details.error;
    this.attempts = details.attempts ?? [];
    this.closeCode = details.closeCode;
    this.existing = details.existing;
  }

  /** Whether a handler may have run the function although the call failed: what it did is not known then. */
  get outcomeUnknown(): boolean {
    return this.attempts.some(({ mayHaveRun }) => mayHaveRun);
  }
}

/**
 * Thrown by a handler to answer with a typed error: `value` goes to the caller through the function's `error` codec, and arrives as
 * `FunctionError` `application`.
 */
export class ApplicationError<E = unknown> extends Error {
  override readonly name = "ApplicationError";

  constructor(readonly value: E) {
    super("an application error");
  }
}
