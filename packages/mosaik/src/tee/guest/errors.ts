import { MosaikError } from "../../primitives/index.js";

/** Why this machine gives no evidence of itself. */
export type AttestationErrorCode =
  /** It is no confidential guest of the kind that is asked for, or its kernel gives no quotes. */
  | "unavailable"
  /** The kernel or the host failed to make a quote. */
  | "quoteFailed";

/** What went wrong while the hardware was asked to vouch for this machine. */
export class AttestationError extends MosaikError<AttestationErrorCode> {
  override readonly name = "AttestationError";
}
