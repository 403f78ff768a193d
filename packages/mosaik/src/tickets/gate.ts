import type { PeerEntry } from "../network/index.js";
import type { Runtime } from "../runtime/index.js";
import { InvalidTicket } from "./errors.js";
import type { Expiration } from "./expiration.js";
import { ExpiryTimer } from "./expiry-timer.js";
import { validateTickets } from "./validate.js";
import type { TicketValidator } from "./validator.js";

/**
 * Keeps watch over one peer that is admitted by its tickets, for as long as a channel with it lives: when the peer changes its entry,
 * and when what was accepted expires, the newest entry is judged again. A peer that renews its ticket in time stays; one that takes it
 * away, or lets it expire, is revoked at that moment.
 *
 * ```ts
 * const gate = new TicketGate(runtime, validators, entry, () => link.close(CLOSE.streamNotAllowed));
 * if (gate.refusal !== undefined) return link.close(CLOSE.streamNotAllowed);
 * // at each change of the catalog:
 * gate.refresh(catalog.get(peer).entry);
 * // once the channel has ended:
 * gate.close();
 * ```
 */
export class TicketGate {
  readonly #world: Pick<Runtime, "wallMs" | "after" | "report">;
  readonly #validators: readonly TicketValidator[];
  readonly #onRevoked: (refusal: InvalidTicket) => void;
  readonly #timer: ExpiryTimer;
  #entry: PeerEntry;
  #until: Expiration | undefined;
  #refusal: InvalidTicket | undefined;
  #isClosed = false;

  /**
   * Judges the peer. One that is refused from the beginning is not revoked: ask `refusal`.
   *
   * @param validators all must accept a ticket; without any the peer is admitted for ever
   * @param entry the peer's newest entry
   * @param onRevoked called at most once, from a timer or from within `refresh`
   */
  constructor(
    world: Pick<Runtime, "wallMs" | "after" | "report">,
    validators: readonly TicketValidator[],
    entry: PeerEntry,
    onRevoked: (refusal: InvalidTicket) => void,
  ) {
    this.#world = world;
    this.#validators = validators;
    this.#entry = entry;
    this.#onRevoked = onRevoked;
    this.#timer = new ExpiryTimer(world, () => this.#rejudge());
    this.#judge();
  }

  get isAdmitted(): boolean {
    return this.#refusal === undefined;
  }

  /** Why the peer is admitted no more, or was not from the beginning. Once it is set it stays: a new channel has a new gate. */
  get refusal(): InvalidTicket | undefined {
    return this.#refusal;
  }

  /** Until when the newest entry admits the peer; `undefined` without validators. Meaningless once it is refused. */
  get until(): Expiration | undefined {
    return this.#until;
  }

  /** The peer's entry as it is now. The same entry again costs nothing. */
  refresh(entry: PeerEntry): void {
    if (entry === this.#entry) return;
    this.#entry = entry;
    this.#rejudge();
  }

  /** Ends the watch: nothing is revoked any more. */
  close(): void {
    this.#isClosed = true;
    this.#timer.cancel();
  }

  #rejudge(): void {
    if (this.#isClosed || this.#refusal !== undefined) return;
    this.#judge();
    if (this.#refusal !== undefined) this.#onRevoked(this.#refusal);
  }

  #judge(): void {
    const outcome = validateTickets(this.#entry, this.#validators, this.#world.wallMs(), (error, where) =>
      this.#world.report(error, where),
    );
    if (outcome instanceof InvalidTicket) this.#refuse(outcome);
    else if (this.#timer.arm(outcome)) this.#until = outcome;
    else this.#refuse(this.#expired(outcome));
  }

  #refuse(refusal: InvalidTicket): void {
    this.#timer.cancel();
    this.#refusal = refusal;
  }

  #expired(expiration: Expiration | undefined): InvalidTicket {
    const peer = this.#entry.id;
    return new InvalidTicket(`the ticket of ${peer.short()} expired at ${String(expiration)}`, {
      code: "expired",
      peer,
    });
  }
}
