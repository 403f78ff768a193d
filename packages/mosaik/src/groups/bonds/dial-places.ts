/** What a dial tells of how busy this node and its peers are. */
export type DialPace =
  | "quick"
  /** The peer answered late, or had no time for us. */
  | "slow"
  /** There was no answer: the peer may be gone. */
  | "unanswered";

/** Dials under way at once, at first, at least and at most. */
const PLACES_FIRST = 8;
const PLACES_MIN = 2;
export const PLACES_MAX = 32;

/**
 * How many dials of a node are under way at once, those of all its groups together. Handshakes are work for both sides: where there are
 * more than the machine has time for, all of them take too long, are given up and begun again, and none is ever done. So slow ones halve
 * the number, and quick ones raise it by one a round. Peers that were tried in vain have half of the places: they may be gone, and
 * hold a place for long.
 */
export class DialPlaces {
  #limit = PLACES_FIRST;
  #takenCount = 0;
  #retryCount = 0;
  /** In the order in which they began to wait. */
  readonly #waiting = new Set<() => void>();

  /** @returns whether there was a place; it is to be released then */
  take(isRetry: boolean): boolean {
    if (this.#takenCount >= this.#places) return false;
    if (isRetry && this.#retryCount >= this.#places >> 1) return false;
    this.#takenCount++;
    if (isRetry) this.#retryCount++;
    return true;
  }

  release(isRetry: boolean, pace: DialPace): void {
    this.#takenCount--;
    if (isRetry) this.#retryCount--;
    if (pace === "quick") this.#limit = Math.min(PLACES_MAX, this.#limit + 1 / this.#limit);
    else if (pace === "slow") this.#limit = Math.max(PLACES_MIN, this.#limit / 2);
    for (const task of [...this.#waiting]) {
      if (this.#takenCount >= this.#places) return;
      this.#waiting.delete(task);
      task();
    }
  }

  /** Calls `task` once, when a place has become free. */
  whenFree(task: () => void): void {
    this.#waiting.add(task);
  }

  /** Does not call `task` any more. */
  forget(task: () => void): void {
    this.#waiting.delete(task);
  }

  get #places(): number {
    return Math.floor(this.#limit);
  }
}
