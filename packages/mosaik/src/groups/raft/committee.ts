import type { PeerId } from "../../primitives/index.js";
import type { Index } from "../positions.js";

/** More members than this do not vote on commits, unless they elected the leader. */
const VOTERS_MAX = 5;

/**
 * Who votes on a leader's commits, and how far each one's log goes (spec 05 §6.6). Members come in by acknowledging; from those that do
 * not vote yet the committee is filled up to an odd number.
 */
export class Committee {
  readonly #voters = new Map<PeerId, Index>();
  readonly #nonVoters = new Map<PeerId, Index>();

  /** @param granters who elected the leader, itself among them: their logs end where the leader's does */
  constructor(granters: Iterable<PeerId>, last: Index) {
    for (const peer of granters) this.#voters.set(peer, last);
  }

  /** Who votes, with the last place that each has acknowledged. */
  get voters(): ReadonlyMap<PeerId, Index> {
    return this.#voters;
  }

  /** Who acknowledges without a vote. */
  get nonVoters(): ReadonlyMap<PeerId, Index> {
    return this.#nonVoters;
  }

  /** The peer holds everything up to `index`. @returns whether it is new here */
  grant(peer: PeerId, index: Index): boolean {
    if (this.#voters.has(peer)) {
      this.#voters.set(peer, index);
      return false;
    }
    const isNew = !this.#nonVoters.has(peer);
    this.#nonVoters.set(peer, index);
    if (isNew) this.#fillUp();
    return isNew;
  }

  /** The peer does not vote, and makes room for another. */
  remove(peer: PeerId): void {
    this.#voters.delete(peer);
    this.#nonVoters.delete(peer);
    this.#fillUp();
  }

  /** Removes all that are not active any more. */
  retain(isActive: (peer: PeerId) => boolean): void {
    for (const peer of this.#voters.keys()) if (!isActive(peer)) this.#voters.delete(peer);
    for (const peer of this.#nonVoters.keys()) if (!isActive(peer)) this.#nonVoters.delete(peer);
    this.#fillUp();
  }

  /** The highest place that a majority of the voters holds. */
  quorumIndex(): Index {
    const held = [...this.#voters.values()].sort((a, b) => a - b);
    return heldBy(held, Math.floor(held.length / 2) + 1);
  }

  /** The highest place that so many members hold, with a vote or without; 0 if there are not so many. */
  indexHeldBy(members: number): Index {
    const held = [...this.#voters.values(), ...this.#nonVoters.values()].sort((a, b) => a - b);
    return heldBy(held, members);
  }

  #fillUp(): void {
    const voters = this.#voters.size;
    const room = seats(voters + this.#nonVoters.size) - voters;
    const available = Math.min(this.#nonVoters.size, room);
    if (available <= 0) return;
    const promoted = (voters + available) % 2 === 0 ? available - 1 : available;
    const byProgress = [...this.#nonVoters].sort(([, a], [, b]) => b - a);
    for (const [peer, index] of byProgress.slice(0, promoted)) {
      this.#nonVoters.delete(peer);
      this.#voters.set(peer, index);
    }
  }
}

/** How many of so many members should vote: odd from three on. */
function seats(members: number): number {
  const capped = Math.min(VOTERS_MAX, members);
  return capped > 2 ? capped | 1 : capped;
}

/** The highest place that `count` of them hold. @param ascending the last places held */
function heldBy(ascending: readonly Index[], count: number): Index {
  return ascending[ascending.length - count] ?? 0;
}
