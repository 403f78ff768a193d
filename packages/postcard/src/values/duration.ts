import { compareNumbers } from "../order.js";

const NANOS_PER_SECOND = 1_000_000_000;
const SECONDS_MAX = (1n << 64n) - 1n;

/** A span of time in whole nanoseconds, never negative, as Rust's `Duration`. Immutable. */
export class Duration {
  /** Whole seconds, up to 2^64-1. */
  readonly seconds: bigint;
  /** Nanoseconds beyond them, below 10^9. */
  readonly nanos: number;

  /** @throws RangeError outside of what Rust's type holds */
  constructor(seconds: bigint | number, nanos = 0) {
    const whole = BigInt(seconds);
    if (whole < 0n || whole > SECONDS_MAX) throw new RangeError(`a duration of ${whole} seconds`);
    if (!(Number.isInteger(nanos) && nanos >= 0 && nanos < NANOS_PER_SECOND)) {
      throw new RangeError(`${nanos} nanoseconds within a second`);
    }
    this.seconds = whole;
    this.nanos = nanos;
    Object.freeze(this);
  }

  /** A duration of milliseconds; a fraction is kept to the nanosecond. */
  static fromMillis(millis: number): Duration {
    const seconds = Math.floor(millis / 1000);
    const nanos = Math.round((millis - seconds * 1000) * 1e6);
    return nanos === NANOS_PER_SECOND ? new Duration(seconds + 1) : new Duration(seconds, nanos);
  }

  /** The duration in milliseconds, as exact as a number can be. */
  toMillis(): number {
    return Number(this.seconds) * 1000 + this.nanos / 1e6;
  }

  /** Negative, zero or positive, as this one is shorter than, equal to or longer than the other. */
  compare(other: Duration): number {
    return compareNumbers(this.seconds, other.seconds) || this.nanos - other.nanos;
  }

  /** Seconds, with as many decimals as it takes: `1.5s`. */
  toString(): string {
    const fraction = this.nanos === 0 ? "" : `.${String(this.nanos).padStart(9, "0").replace(/0+$/, "")}`;
    return `${this.seconds}${fraction}s`;
  }
}
