import type { TransportAddr } from "../network/index.js";
import type { PeerId } from "../primitives/index.js";
import { forgetOldest } from "../primitives/index.js";

/** Peers whose addresses are kept. */
export const HINTED_PEERS_MAX = 512;
/** Addresses kept for one peer. */
export const HINTS_PER_PEER_MAX = 16;
/** How long they are kept after they were last told, in ms (spec 03 A.6). */
const RETENTION_MS = 300_000;

interface Hint {
  readonly addrs: readonly TransportAddr[];
  readonly atMs: number;
}

/** Addresses that gossip told of peers. Unsigned, so they stand beside what is known otherwise and never in its place (spec 03 A.9). */
export class AddressHints {
  /** The longest untold first. */
  readonly #hints = new Map<PeerId, Hint>();

  add(peer: PeerId, addrs: readonly TransportAddr[], nowMs: number): void {
    if (addrs.length === 0) return;
    const known = this.#hints.get(peer)?.addrs ?? [];
    const older = known.filter((old) => !addrs.some((addr) => addr.kind === old.kind && addr.value === old.value));
    this.#hints.delete(peer);
    this.#hints.set(peer, { addrs: [...addrs, ...older].slice(0, HINTS_PER_PEER_MAX), atMs: nowMs });
    forgetOldest(this.#hints, HINTED_PEERS_MAX);
  }

  get(peer: PeerId): readonly TransportAddr[] {
    return this.#hints.get(peer)?.addrs ?? [];
  }

  /** Forgets what was not told again for five minutes. */
  sweep(nowMs: number): void {
    for (const [peer, { atMs }] of this.#hints) {
      if (nowMs - atMs < RETENTION_MS) return;
      this.#hints.delete(peer);
    }
  }
}
