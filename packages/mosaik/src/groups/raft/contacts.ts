import type { PeerId } from "../../primitives/index.js";

/** Whom a leader has heard, and when it had last heard as many as it takes to go on leading (spec 05 §19 C6). */
export class Contacts {
  readonly #heardAtMs = new Map<PeerId, number>();
  readonly #needed: number;
  readonly #timeoutMs: number;
  #enoughAtMs: number;

  /**
   * @param needed how many others; with 0 it goes on alone
   * @param nowMs it has been elected: all that are needed were heard
   */
  constructor(needed: number, timeoutMs: number, nowMs: number) {
    this.#needed = needed;
    this.#timeoutMs = timeoutMs;
    this.#enoughAtMs = nowMs;
  }

  /** When the leader leads no more unless it hears others; never: `Infinity`. */
  get deadlineMs(): number {
    return this.#needed > 0 ? this.#enoughAtMs + this.#timeoutMs : Infinity;
  }

  heard(peer: PeerId, nowMs: number): void {
    // In the order of time: those that were not heard for long are the first.
    this.#heardAtMs.delete(peer);
    this.#heardAtMs.set(peer, nowMs);
    for (const [other, atMs] of this.#heardAtMs) {
      if (nowMs - atMs < this.#timeoutMs) break;
      this.#heardAtMs.delete(other);
    }
    if (this.#needed === 0 || this.#heardAtMs.size < this.#needed) return;
    const ascending = [...this.#heardAtMs.values()];
    this.#enoughAtMs = Math.max(this.#enoughAtMs, ascending[ascending.length - this.#needed]!);
  }

  /** How many of the others that are asked about were heard of late. */
  count(isAsked: (peer: PeerId) => boolean, nowMs: number): number {
    let count = 0;
    for (const [peer, atMs] of this.#heardAtMs) if (nowMs - atMs < this.#timeoutMs && isAsked(peer)) count++;
    return count;
  }
}
