import { ticketId, type PeerEntry, type Ticket } from "../network/index.js";
import type { Digest, PeerId } from "../primitives/index.js";
import { InvalidTicket } from "./errors.js";
import type { Expiration } from "./expiration.js";
import type { TicketValidator } from "./validator.js";
import { forgetOldest } from "../primitives/index.js";

/** Verdicts of one validator that are kept. */
const VERDICTS_MAX = 4096;
/** How long a refusal is kept, in ms: a ticket may be valid later, and what failed may work again. */
const REFUSED_MS = 1000;

/** What a validator says of a ticket. */
export type Verdict = Expiration | InvalidTicket;

interface Kept {
  readonly verdict: Verdict;
  readonly atMs: number;
}

/** By validator, peer and ticket. The validator holds what is kept: it goes with it. */
const byValidator = new WeakMap<TicketValidator, Verdicts>();
/** Ids are worked out from the bytes: the one that an entry lists a ticket under may be anything. */
const ids = new WeakMap<Ticket, Digest>();

/**
 * What a repeatable validator said of the ticket of a peer before, or says now: entries are renewed all the time, and their tickets stay the
 * same. An acceptance counts until it expires, a refusal for a second; neither if the clock was set back.
 */
export function rememberedVerdict(
  validator: TicketValidator,
  ticket: Ticket,
  entry: PeerEntry,
  nowMs: number,
  judge: () => Verdict,
): Verdict {
  if (validator.isRepeatable !== true) return judge();
  let verdicts = byValidator.get(validator);
  if (verdicts === undefined) byValidator.set(validator, (verdicts = new Verdicts()));
  let id = ids.get(ticket);
  if (id === undefined) ids.set(ticket, (id = ticketId(ticket)));
  const kept = verdicts.get(entry.id, id, nowMs);
  if (kept !== undefined) return kept;
  const verdict = judge();
  verdicts.keep(entry.id, id, { verdict, atMs: nowMs });
  return verdict;
}

class Verdicts {
  /** The longest unused first. */
  readonly #kept = new Map<string, Kept>();

  get(peer: PeerId, ticket: Digest, nowMs: number): Verdict | undefined {
    const key = keyOf(peer, ticket);
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    if (!isGood(kept, nowMs)) return undefined;
    this.#kept.set(key, kept);
    return kept.verdict;
  }

  keep(peer: PeerId, ticket: Digest, kept: Kept): void {
    this.#kept.set(keyOf(peer, ticket), kept);
    forgetOldest(this.#kept, VERDICTS_MAX);
  }
}

function isGood({ verdict, atMs }: Kept, nowMs: number): boolean {
  if (nowMs < atMs) return false;
  return verdict instanceof InvalidTicket ? nowMs - atMs < REFUSED_MS : !verdict.isExpired(nowMs);
}

function keyOf(peer: PeerId, ticket: Digest): string {
  return peer.hex + ticket.hex;
}
