import { MosaikError } from "../primitives/index.js";

export type StatusErrorCode =
  /** The peer tells nobody how it stands: it is not configured to, or it is a node of Rust. */
  | "notServed"
  /** The peer does not tell this node: the secret is another, this node is not on its list, or it has tried too often. */
  | "notAllowed"
  /** As many as the peer admits are looking already. */
  | "noCapacity"
  /** No connection with the peer could be made; the cause says how. */
  | "unreachable"
  /** The connection with the peer was lost, or the network is closed. */
  | "closed"
  /** The peer said nothing for too long. */
  | "timeout"
  /** What the peer sent is not what the protocol asks for. */
  | "protocolViolation"
  /** The transport gives no keying material: a secret cannot be proved on it. A list of peers works. */
  | "exporterUnavailable"
  /** An option has an unusable value. */
  | "invalidOption";

/** What telling how a node stands, and being told, throws. */
export class StatusError extends MosaikError<StatusErrorCode> {
  override readonly name = "StatusError";
}
