import { MosaikError } from "../../primitives/index.js";

/** What is wrong with a quote, a ticket or what vouches for it. */
export type TdxErrorCode =
  /** The bytes are no quote, or none of a kind that proves a TD. */
  | "malformedQuote"
  /** The bytes are no ticket of TDX. */
  | "malformedTicket"
  /** The report data bind another peer, network or time than the ticket says. */
  | "reportDataMismatch"
  /** A signature, a certificate or a binding between them does not hold. */
  | "untrusted"
  /** The TD or its platform is not what the policy demands: debug, revoked, too old. */
  | "policy"
  /** What vouches for the platform is missing, of another platform, or out of date. */
  | "collateral"
  /** A ticket that would have expired before it is shown. */
  | "expirationInThePast"
  /** An option has an unusable value. */
  | "invalidOption";

/** What went wrong with TDX. */
export class TdxError extends MosaikError<TdxErrorCode> {
  override readonly name = "TdxError";
}
