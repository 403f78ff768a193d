import { Backoff, type BackoffPolicy, type PeerId, forgetOldest } from "../primitives/index.js";

/** Peers that are remembered; beyond, the one that was sent off longest ago is forgotten. */
const PEERS_MAX = 1024;
/** How long after its last cool-down a peer is remembered, in ms. */
const REMEMBERED_MS = 5 * 60_000;

interface CoolDown {
  /** What the verdict was about, where another gives the peer a new chance at once. */
  readonly subject: unknown;
  readonly backoff: Backoff;
  readonly endMs: number;
}

/** Peers that are left alone for a while, longer each time (spec 04 §(c) 13). Pure. */
export class CoolDowns {
  readonly #policy: BackoffPolicy;
  /** The one that was sent off longest ago first. */
  readonly #byPeer = new Map<PeerId, CoolDown>();

  constructor(policy: BackoffPolicy) {
    this.#policy = policy;
  }

  /** When a peer's cool-down ends, if there is one at this moment and about the same subject. */
  endMs(peer: PeerId, subject: unknown, nowMs: number): number | undefined {
    const coolDown = this.#byPeer.get(peer);
    if (coolDown === undefined || nowMs >= coolDown.endMs) return undefined;
    return coolDown.subject === subject ? coolDown.endMs : undefined;
  }

  /** Begins a peer's next cool-down. @param unit a random number in [0, 1) */
  add(peer: PeerId, subject: unknown, nowMs: number, unit: number): void {
    const previous = this.#byPeer.get(peer);
    const isRemembered = previous !== undefined && nowMs < previous.endMs + REMEMBERED_MS;
    const backoff = isRemembered ? previous.backoff : new Backoff(this.#policy);
    this.#byPeer.delete(peer);
    this.#byPeer.set(peer, { subject, backoff, endMs: nowMs + backoff.nextMs(unit) });
    forgetOldest(this.#byPeer, PEERS_MAX);
  }

  /** Its next cool-down is a first one again. */
  forget(peer: PeerId): void {
    this.#byPeer.delete(peer);
  }

  /** Forgets the peers that are not to be kept. */
  retain(isKept: (peer: PeerId) => boolean): void {
    for (const peer of this.#byPeer.keys()) if (!isKept(peer)) this.#byPeer.delete(peer);
  }
}
