import type { PeerId } from "../primitives/index.js";
import { RememberedPeers } from "./remembered-peers.js";

/**
 * Peers asked to be neighbours that have not answered. Each may cost a dial. It also damps a crowd of joiners: those beyond it hear of
 * other contacts when they are evicted, and nothing before. Simulated, 1000 who join one node at once otherwise evict each other for ever.
 */
const PENDING_MAX = 32;
/** A request without an answer for this long is forgotten, in ms: the peer may be asked again. */
const PENDING_MAX_AGE_MS = 30_000;

export interface NeighborRequestsOptions {
  /** Default: `PENDING_MAX`. */
  readonly pendingMax?: number;
  /** How long after a `Neighbor` the other side's may be its answer, in ms. */
  readonly answerWithinMs: number;
}

/** Who asked whom to be a neighbour, and what is still to be said (spec 03, traps 8 and 9). Pure: time comes in with each question. */
export class NeighborRequests {
  readonly #pendingMax: number;
  readonly #answerWithinMs: number;
  /** Peers that will answer a `Neighbor` of ours, by when it was sent. */
  readonly #pending = new Map<PeerId, number>();
  /** Peers whose `Neighbor` was answered lately: what comes back then is an answer to the answer. */
  readonly #answered = new RememberedPeers();
  /**
   * Peers that were evicted before their answer came. It was sent before our `Disconnect` arrived: taken for more, as Rust takes it,
   * it would make a link that only we have.
   */
  readonly #owed = new RememberedPeers();
  /** Peers that had no room for us since the last shuffle. */
  readonly #refused = new RememberedPeers();

  constructor({ pendingMax = PENDING_MAX, answerWithinMs }: NeighborRequestsOptions) {
    this.#pendingMax = pendingMax;
    this.#answerWithinMs = answerWithinMs;
  }

  /** Peers asked that have not answered. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  isPending(peer: PeerId): boolean {
    return this.#pending.has(peer);
  }

  /** Whether the peer is to be asked: it was not yet, and there is room. */
  ask(peer: PeerId, nowMs: number): boolean {
    if (this.#pending.has(peer) || this.#pending.size >= this.#pendingMax) return false;
    this.#pending.set(peer, nowMs);
    return true;
  }

  /** The request of a peer is over. @returns whether there was one */
  settle(peer: PeerId): boolean {
    return this.#pending.delete(peer);
  }

  /** We answer the peer's request. */
  answer(peer: PeerId, nowMs: number): void {
    this.#answered.add(peer, nowMs);
  }

  /** Whether the peer was answered so lately that its `Neighbor` is an answer to that. */
  wasAnswered(peer: PeerId, nowMs: number): boolean {
    return this.#answered.ageMs(peer, nowMs) < this.#answerWithinMs;
  }

  /** The peer left the active view. */
  left(peer: PeerId, nowMs: number): void {
    this.#answered.delete(peer);
    if (this.#pending.has(peer)) this.#owed.add(peer, nowMs);
  }

  /** Whether this `Neighbor` is the answer of a peer that left the active view meanwhile; settles its request then. */
  takeOwed(peer: PeerId, nowMs: number): boolean {
    const ageMs = this.#owed.ageMs(peer, nowMs);
    if (!this.#owed.delete(peer) || ageMs >= this.#answerWithinMs) return false;
    this.#pending.delete(peer);
    return true;
  }

  /** The peer has no room for us. */
  refuse(peer: PeerId, nowMs: number): void {
    this.#refused.add(peer, nowMs);
  }

  /** Whether the peer had no room for us since the last shuffle. */
  hasRefused(peer: PeerId): boolean {
    return this.#refused.has(peer);
  }

  /** At each shuffle: who refused may be asked again, and who never answered. */
  forgetStale(nowMs: number): void {
    this.#refused.clear();
    this.#answered.expire(this.#answerWithinMs, nowMs);
    for (const [peer, sinceMs] of this.#pending) {
      if (nowMs - sinceMs >= PENDING_MAX_AGE_MS) this.#pending.delete(peer);
    }
  }
}
