import type { CloseCode } from "../network/index.js";
import { Backoff, type BackoffPolicy, type PeerId, forgetOldest } from "../primitives/index.js";

/** Peers that are remembered; beyond, the one refused longest ago is forgotten. */
const PEERS_MAX = 1024;
/** How long after its last cool-down a peer is remembered, in ms. */
const REMEMBERED_MS = 5 * 60_000;

interface CoolDown {
  readonly reason: CloseCode;
  /** What the verdict was about, where another gives the peer a new chance at once. */
  readonly subject: unknown;
  readonly backoff: Backoff;
  readonly untilMs: number;
}

/**
 * Peers that were refused and come again: for a while, longer each time, they are refused without being judged (spec 04 §(c) 13).
 * Pure.
 */
export class CoolDowns {
  readonly #policy: BackoffPolicy;
  /** The one refused longest ago first. */
  readonly #byPeer = new Map<PeerId, CoolDown>();

  constructor(policy: BackoffPolicy) {
    this.#policy = policy;
  }

  /** What a peer is refused with at this moment, if it is cooling down and comes with the same subject. */
  refusal(peer: PeerId, subject: unknown, nowMs: number): CloseCode | undefined {
    const coolDown = this.#byPeer.get(peer);
    if (coolDown === undefined || nowMs >= coolDown.untilMs) return undefined;
    return coolDown.subject === undefined || coolDown.subject === subject ? coolDown.reason : undefined;
  }

  /** Begins a peer's next cool-down. @param unit a random number in [0, 1) */
  add(peer: PeerId, reason: CloseCode, subject: unknown, nowMs: number, unit: number): void {
    const previous = this.#byPeer.get(peer);
    const isRemembered = previous?.reason === reason && nowMs < previous.untilMs + REMEMBERED_MS;
    const backoff = isRemembered ? previous.backoff : new Backoff(this.#policy);
    this.#byPeer.delete(peer);
    this.#byPeer.set(peer, { reason, subject, backoff, untilMs: nowMs + backoff.nextMs(unit) });
    forgetOldest(this.#byPeer, PEERS_MAX);
  }
}
