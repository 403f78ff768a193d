import type { CloseInfo } from "@mosaik/iroh/transport";
import { MosaikError, type PeerId } from "../primitives/index.js";

/** Why something about a connection failed. */
export type NetworkErrorCode =
  /** The network, the node or the connection is closed; `closeInfo` says why where a connection was. */
  | "closed"
  /** The caller's signal was aborted. */
  | "cancelled"
  /** A step did not happen within its deadline. */
  | "timeout"
  /** No connection could be made: no address, no answer, or no common protocol. */
  | "unreachable"
  /** The peer ended its stream at a frame boundary, without closing. */
  | "ended"
  /** The peer ended or reset its stream inside a frame. */
  | "truncated"
  /** The peer refused a stream of a kept connection; `closeInfo` has its code. */
  | "refused"
  /** A received frame is not what the protocol asks for; the connection was closed with 400. */
  | "protocolViolation"
  /** A message to be sent is over the limit; nothing was sent. */
  | "tooLarge"
  /** An option has an unusable value. */
  | "invalidOption";

/** What the network room throws: connections, links, addresses. */
export class NetworkError extends MosaikError<NetworkErrorCode> {
  override readonly name = "NetworkError";
  /** Why the connection ended, where it did. */
  readonly closeInfo: CloseInfo | undefined;

  constructor(
    code: NetworkErrorCode,
    message: string,
    details: { peer?: PeerId | undefined; closeInfo?: CloseInfo | undefined; cause?: unknown } = {},
  ) {
    super(code, message, details);
    this.closeInfo = details.closeInfo;
  }
}
