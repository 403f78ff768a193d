import type { PeerEntry } from "../network/index.js";
import type { Digest } from "../primitives/index.js";
import type { InvalidTicket } from "./errors.js";
import type { Expiration } from "./expiration.js";

/**
 * Decides which tickets admit a peer (spec 07 §4).
 *
 * ```ts
 * const vouched: TicketValidator = {
 *   class: Digest.from("my-app.voucher"),
 *   signature: Digest.from("my-app.voucher").derive(secret),
 *   validate(data, entry, nowMs) {
 *     const voucher = voucherCodec.decode(data);
 *     if (voucher.holder !== entry.id) throw new InvalidTicket("issued to another peer");
 *     return Expiration.at(voucher.until);
 *   },
 * };
 * ```
 */
export interface TicketValidator {
  /** The tickets that it is shown. */
  readonly class: Digest;
  /**
   * Names the kind of the validator and all of its configuration: two validators that do not decide alike must not share one. It
   * enters the ids of groups and functions, and all members must derive the same.
   */
  readonly signature: Digest;
  /**
   * Whether the verdict depends on nothing but the ticket's bytes and whose they are, and an acceptance holds until it expires. Then
   * it is kept: an acceptance until it expires, a refusal for a second. Default: false, it is asked for each time.
   */
  readonly isRepeatable?: boolean;
  /**
   * How long a ticket is valid. Synchronous.
   *
   * @param data what the ticket holds, as the peer sent it: anything; not to be changed
   * @param entry the entry that carries the ticket
   * @param nowMs the wall clock, in ms since the Unix epoch
   * @returns until when; or, instead of throwing it, an `InvalidTicket`
   * @throws InvalidTicket to refuse the ticket, or the `DecodeError` of a codec. Anything else that it throws refuses the ticket
   * too, and is reported
   */
  validate(data: Uint8Array, entry: PeerEntry, nowMs: number): Expiration | InvalidTicket;
}
