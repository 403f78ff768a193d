import { forgetOldest, type PeerId } from "../../primitives/index.js";
import type { Index, IndexRange } from "../positions.js";

/** Of so many members a leader remembers what they held, also after their bonds have ended. */
const MEMBERS_MAX = 1024;

/**
 * What a leader knows of a majority of all members that it has met. It commits with fewer (spec 05 §13 S5, S11), and what it committed
 * without that knowledge another leader may contradict.
 */
export class Proven {
  readonly #committedBefore: Index;
  readonly #heldBy = new Map<PeerId, Index>();
  #membersMax = 1;

  /** @param committedBefore what was committed when it began to lead: others answer for that */
  constructor(committedBefore: Index) {
    this.#committedBefore = committedBefore;
  }

  /** So many are there, the leader among them. */
  met(members: number): void {
    this.#membersMax = Math.max(this.#membersMax, members);
  }

  /** Another member holds everything up to `index`. */
  held(peer: PeerId, index: Index): void {
    this.#heldBy.set(peer, index);
    forgetOldest(this.#heldBy, MEMBERS_MAX);
  }

  /** What was committed without a majority that is known to hold it; the successor is a member too. */
  unproven(committed: Index): IndexRange | undefined {
    const members = Math.max(this.#membersMax, 2);
    const descending = [...this.#heldBy.values()].sort((a, b) => b - a);
    // The leader itself is one of the majority.
    const proven = descending[Math.floor(members / 2) - 1] ?? 0;
    const start = Math.max(proven, this.#committedBefore) + 1;
    return start <= committed ? { start, end: committed } : undefined;
  }
}
