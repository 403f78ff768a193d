import { forgetOldest, type PeerId } from "../../primitives/index.js";

/** Wrong proofs of one peer before it is not looked at any more for a while. */
const WRONG_MAX = 5;
/** How long that is, since the first of them, in ms. */
const PERIOD_MS = 60_000;
const PEERS_MAX = 1024;

/** Counts the wrong proofs of each peer. */
export class Attempts {
  readonly #wrong = new Map<PeerId, { readonly sinceMs: number; count: number }>();

  /** Whether a peer has tried too often. */
  areUsedUp(peer: PeerId, nowMs: number): boolean {
    const wrong = this.#wrong.get(peer);
    if (wrong === undefined) return false;
    if (nowMs - wrong.sinceMs < PERIOD_MS) return wrong.count >= WRONG_MAX;
    this.#wrong.delete(peer);
    return false;
  }

  wrong(peer: PeerId, nowMs: number): void {
    const known = this.#wrong.get(peer);
    if (known === undefined) this.#wrong.set(peer, { sinceMs: nowMs, count: 1 });
    else known.count++;
    forgetOldest(this.#wrong, PEERS_MAX);
  }
}
