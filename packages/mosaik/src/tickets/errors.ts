import { MosaikError, type Digest, type PeerId } from "../primitives/index.js";

/** Why a peer is not admitted. */
export type InvalidTicketCode =
  /** The peer has no ticket of the class. */
  | "missing"
  /** The validator refused it. */
  | "refused"
  /** The validator accepted it until a moment that has passed. */
  | "expired"
  /** The validator failed: it threw something else than an `InvalidTicket`, or answered with no `Expiration`. */
  | "validatorFailed";

/**
 * Why a peer is not admitted. The peer itself is only told that it is not allowed; the reason stays here. A validator refuses a
 * ticket with `new InvalidTicket("what is wrong with it")`, which it throws or returns.
 */
export class InvalidTicket extends MosaikError<InvalidTicketCode> {
  override readonly name = "InvalidTicket";
  /** The class that the validator asked for, where one is known. */
  readonly ticketClass: Digest | undefined;

  constructor(
    reason: string,
    details: {
      code?: InvalidTicketCode;
      peer?: PeerId | undefined;
      ticketClass?: Digest | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(details.code ?? "refused", reason, details);
    this.ticketClass = details.ticketClass;
  }
}
