import type { CancelTimer } from "../../../src/runtime/index.js";
import type { Attention } from "./attention.js";
import type { MemberClock } from "./member-clock.js";

/** Rings when a member's clock has passed a time; late if the member stands still. */
export class Alarm {
  readonly #clock: MemberClock;
  readonly #attention: Attention;
  readonly #ring: () => void;
  #atMs = Infinity;
  #cancel: CancelTimer | undefined;

  constructor(clock: MemberClock, attention: Attention, ring: () => void) {
    this.#clock = clock;
    this.#attention = attention;
    this.#ring = ring;
  }

  /** @param atMs in ms of the member's clock; Infinity for never */
  set(atMs: number): void {
    if (atMs === this.#atMs) return;
    this.#cancel?.();
    this.#atMs = atMs;
    this.#cancel = undefined;
    if (atMs === Infinity) return;
    // A little later, so that the rounded clock has passed it.
    this.#cancel = this.#clock.after(atMs - this.#clock.nowMs + 0.001, () =>
      this.#attention.whenTimely(() => this.#due()),
    );
  }

  /** The clock runs at another rate now. */
  reset(): void {
    const atMs = this.#atMs;
    this.set(Infinity);
    this.set(atMs);
  }

  cancel(): void {
    this.set(Infinity);
  }

  #due(): void {
    const atMs = this.#atMs;
    this.#atMs = Infinity;
    if (this.#clock.nowMs >= atMs) this.#ring();
    else this.set(atMs);
  }
}
