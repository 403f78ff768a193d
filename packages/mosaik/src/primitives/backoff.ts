/** How long to wait between attempts: exponential growth with jitter and a cap. */
export interface BackoffPolicy {
  /** The first delay, in ms. */
  readonly initialMs: number;
  /** Each delay is this many times the one before. */
  readonly factor: number;
  /** No delay is longer than this before jitter, in ms. */
  readonly maxMs: number;
  /** Each delay is spread uniformly by this fraction to either side, 0 to 1. */
  readonly jitter: number;
}

/** Rust's policy for reconnecting streams (spec 04 §3.8), but it never gives up. */
export const defaultBackoff: BackoffPolicy = { initialMs: 500, factor: 1.5, maxMs: 60_000, jitter: 0.5 };

/** The delays of one series of attempts. Pure: the caller brings the randomness. */
export class Backoff {
  readonly #policy: BackoffPolicy;
  #nextMs: number;

  constructor(policy: BackoffPolicy = defaultBackoff) {
    this.#policy = policy;
    this.#nextMs = policy.initialMs;
  }

  /** The next delay in ms; `unit` is a random number in [0, 1). */
  nextMs(unit: number): number {
    const delayMs = this.#nextMs;
    this.#nextMs = Math.min(this.#policy.maxMs, delayMs * this.#policy.factor);
    return delayMs * (1 + this.#policy.jitter * (2 * unit - 1));
  }

  /** Starts over, after a success. */
  reset(): void {
    this.#nextMs = this.#policy.initialMs;
  }
}
