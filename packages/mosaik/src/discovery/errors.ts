import { MosaikError } from "../primitives/index.js";

/** Why something about discovery failed. */
export type DiscoveryErrorCode =
  /** The exchange with the peer failed; the cause says how. */
  | "syncFailed"
  /** The peer did not answer a ping; the cause says how. */
  | "pingFailed"
  /** An entry in the peer's message has an invalid signature; the connection was closed with 400. */
  | "invalidSignature"
  /** The answer to a ping is of another peer or of another network. */
  | "wrongPeer"
  /** A change would make our own entry larger than others take, or give it more tickets than they judge; nothing was changed. */
  | "entryTooLarge"
  /** An option has an unusable value. */
  | "invalidOption";

/** What discovery throws. */
export class DiscoveryError extends MosaikError<DiscoveryErrorCode> {
  override readonly name = "DiscoveryError";
}
