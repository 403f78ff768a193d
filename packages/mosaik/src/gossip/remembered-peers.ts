import type { PeerId } from "../primitives/index.js";
import { forgetOldest } from "../primitives/index.js";

/** Peers of which one thing is remembered: the oldest are forgotten beyond this. */
const REMEMBERED_PEERS_MAX = 128;

/** Peers of which something was so, and when it was so last. Pure: time comes in with each question. */
export class RememberedPeers {
  /** Oldest first. */
  readonly #atMs = new Map<PeerId, number>();

  add(peer: PeerId, nowMs: number): void {
    this.#atMs.delete(peer);
    this.#atMs.set(peer, nowMs);
    forgetOldest(this.#atMs, REMEMBERED_PEERS_MAX);
  }

  has(peer: PeerId): boolean {
    return this.#atMs.has(peer);
  }

  /** How long ago it was, in ms; `Infinity` where it is not remembered. */
  ageMs(peer: PeerId, nowMs: number): number {
    return nowMs - (this.#atMs.get(peer) ?? -Infinity);
  }

  /** Whether it was remembered. */
  delete(peer: PeerId): boolean {
    return this.#atMs.delete(peer);
  }

  /** Forgets what was so long ago, in ms. */
  expire(ageMs: number, nowMs: number): void {
    for (const [peer, atMs] of this.#atMs) {
      if (nowMs - atMs < ageMs) return;
      this.#atMs.delete(peer);
    }
  }

  clear(): void {
    this.#atMs.clear();
  }
}
