import type { PeerId } from "../../primitives/index.js";
import type { Vote } from "./messages.js";

/** How many of the asked must grant, where the abstained do not count (spec 05 §6.5). */
export function electionQuorum(requested: number, abstained: number): number {
  return Math.floor(Math.max(0, requested - abstained) / 2) + 1;
}

/** The votes of one round. The candidate votes for itself. */
export class Election {
  readonly #grantsMin: number;
  readonly #requested: ReadonlySet<PeerId>;
  readonly #granted: Set<PeerId>;
  readonly #abstained = new Set<PeerId>();
  readonly #denied = new Set<PeerId>();

  /** @param grantsMin no fewer will do, the candidate's own among them */
  constructor(candidate: PeerId, asked: readonly PeerId[], grantsMin = 1) {
    this.#grantsMin = grantsMin;
    this.#requested = new Set([...asked, candidate]);
    this.#granted = new Set([candidate]);
  }

  /** Who granted, the candidate among them. */
  get granters(): ReadonlySet<PeerId> {
    return this.#granted;
  }

  /** Who denied: they have more than the candidate, or had given their vote away. */
  get deniers(): readonly PeerId[] {
    return [...this.#denied];
  }

  /** Counts a vote; not those of peers that were not asked. A denial is a vote that is never granted. */
  record(from: PeerId, vote: Vote): void {
    if (!this.#requested.has(from)) return;
    if (vote === "granted") this.#granted.add(from);
    else if (vote === "abstained") this.#abstained.add(from);
    else this.#denied.add(from);
  }

  isWon(): boolean {
    return this.#granted.size >= this.#quorum;
  }

  /** Whether too many have denied: it is not won even if all others grant. */
  get isLost(): boolean {
    const votable = this.#requested.size - this.#abstained.size;
    return votable - this.#denied.size < this.#quorum;
  }

  get #quorum(): number {
    return Math.max(electionQuorum(this.#requested.size, this.#abstained.size), this.#grantsMin);
  }
}
