import { DecodeError } from "@mosaik/postcard";
import type { PeerEntry, Ticket } from "../network/index.js";
import type { Digest, Report } from "../primitives/index.js";
import { InvalidTicket } from "./errors.js";
import { Expiration } from "./expiration.js";
import type { TicketValidator } from "./validator.js";
import { rememberedVerdict } from "./verdicts.js";

/** How many tickets of one class are judged, in the order of their ids: a peer shall not make us verify thousands of signatures. */
export const TICKETS_PER_CLASS_MAX = 16;
/** How many tickets of one entry are looked at, in the order of their ids. */
export const TICKETS_PER_PEER_MAX = 64;

/**
 * Until when a peer is admitted by all of the validators (spec 07 §2.3). Never throws.
 *
 * @returns the earliest of what they answer; `undefined` if there are no validators; `InvalidTicket` if one of them accepts nothing
 */
export function validateTickets(
  entry: PeerEntry,
  validators: Iterable<TicketValidator>,
  nowMs: number,
  report: Report,
): Expiration | InvalidTicket | undefined {
  let earliest: Expiration | undefined;
  for (const validator of validators) {
    const outcome = validateTicket(entry, validator, nowMs, report);
    if (outcome instanceof InvalidTicket) return outcome;
    if (earliest === undefined || Expiration.compare(outcome, earliest) < 0) earliest = outcome;
  }
  return earliest;
}

/**
 * Until when a validator admits a peer (spec 07 §2.3). Never throws.
 *
 * @returns the latest expiration among the tickets that it accepts; `InvalidTicket` if it accepts none
 */
export function validateTicket(
  entry: PeerEntry,
  validator: TicketValidator,
  nowMs: number,
  report: Report,
): Expiration | InvalidTicket {
  let latest: Expiration | undefined;
  let firstRefusal: InvalidTicket | undefined;
  try {
    for (const ticket of judgedTickets(entry, validator.class)) {
      const outcome = rememberedVerdict(validator, ticket, entry, nowMs, () =>
        judge(validator, ticket.data, entry, nowMs, report),
      );
      if (outcome instanceof InvalidTicket) firstRefusal ??= outcome;
      else if (latest === undefined || Expiration.compare(outcome, latest) > 0) latest = outcome;
    }
    return latest ?? notAdmitted(entry, validator, firstRefusal);
  } catch (error) {
    return failed(error, entry, report);
  }
}

/** The tickets of a class, as many as are judged. */
function judgedTickets(entry: PeerEntry, ticketClass: Digest): Ticket[] {
  const tickets: Ticket[] = [];
  let seen = 0;
  for (const ticket of entry.tickets.values()) {
    if (++seen > TICKETS_PER_PEER_MAX || tickets.length === TICKETS_PER_CLASS_MAX) break;
    if (ticket.class === ticketClass) tickets.push(ticket);
  }
  return tickets;
}

/** Runs the user's code: whatever it does, the answer is one of the two. */
function judge(
  validator: TicketValidator,
  data: Uint8Array,
  entry: PeerEntry,
  nowMs: number,
  report: Report,
): Expiration | InvalidTicket {
  try {
    const answer: unknown = validator.validate(data, entry, nowMs);
    if (answer instanceof Expiration || answer instanceof InvalidTicket) return answer;
    // An async validator: its promise admits nobody, and must not reject unhandled.
    void Promise.resolve(answer).catch(() => {});
    throw new TypeError(
      `a validator answers at once with an Expiration or an InvalidTicket, not with ${typeof answer}`,
    );
  } catch (error) {
    if (error instanceof InvalidTicket) return error;
    // It is the peer that sent those bytes: it must not be able to fill our log.
    if (error instanceof DecodeError) return new InvalidTicket(error.message, { peer: entry.id, cause: error });
    return failed(error, entry, report);
  }
}

function failed(error: unknown, entry: PeerEntry, report: Report): InvalidTicket {
  report(error, `validating a ticket of ${entry.id.short()}`);
  return new InvalidTicket("the validator failed", { code: "validatorFailed", peer: entry.id, cause: error });
}

function notAdmitted(entry: PeerEntry, validator: TicketValidator, refusal: InvalidTicket | undefined): InvalidTicket {
  const [peer, ticketClass] = [entry.id, validator.class];
  const what = `of class ${ticketClass.short()} in the entry of ${peer.short()}`;
  return refusal === undefined
    ? new InvalidTicket(`no ticket ${what}`, { code: "missing", peer, ticketClass })
    : new InvalidTicket(`no valid ticket ${what}: ${refusal.message}`, {
        code: refusal.code,
        peer,
        ticketClass,
        cause: refusal,
      });
}
