import { DateTime, t, type Codec } from "@mosaik/postcard";

const HOUR_MS = 3_600_000;

/** When a ticket ceases to be valid: at a moment, to the nanosecond, or never (spec 07 §3). Immutable. */
export class Expiration {
  static readonly never = new Expiration(undefined);

  /** The moment; `undefined` for never. */
  readonly moment: DateTime | undefined;

  private constructor(moment: DateTime | undefined) {
    this.moment = moment;
    Object.freeze(this);
  }

  /** At a moment. */
  static at(moment: DateTime): Expiration {
    if (!(moment instanceof DateTime)) throw new TypeError(`an expiration is at a DateTime, not at ${String(moment)}`);
    return new Expiration(moment);
  }

  /** So many ms from now. @throws RangeError beyond the years that a `DateTime` holds */
  static after(durationMs: number, nowMs: number): Expiration {
    return new Expiration(DateTime.fromMillis(nowMs + durationMs));
  }

  /** So many hours from now. */
  static inHours(hours: number, nowMs: number): Expiration {
    return Expiration.after(hours * HOUR_MS, nowMs);
  }

  /** An hour ago. */
  static alreadyExpired(nowMs: number): Expiration {
    return Expiration.inHours(-1, nowMs);
  }

  /** Negative, zero or positive: by the moment; never comes after every moment. */
  static compare(this: void, a: Expiration, b: Expiration): number {
    if (a.moment === undefined || b.moment === undefined) {
      return Number(a.moment === undefined) - Number(b.moment === undefined);
    }
    return a.moment.compare(b.moment);
  }

  equals(other: Expiration): boolean {
    return Expiration.compare(this, other) === 0;
  }

  /** Whether the moment lies before `nowMs`, which is in ms since the Unix epoch. In the moment itself it is not expired yet. */
  isExpired(nowMs: number): boolean {
    return this.moment !== undefined && this.moment.compare(DateTime.fromMillis(nowMs)) < 0;
  }

  /** How long it is until then, in ms with fractions; `undefined` for never and for what is past. */
  remainingMs(nowMs: number): number | undefined {
    if (this.moment === undefined || this.isExpired(nowMs)) return undefined;
    const now = DateTime.fromMillis(nowMs);
    return (this.moment.seconds - now.seconds) * 1000 + (this.moment.nanos - now.nanos) / 1e6;
  }

  /** `never`, or the moment in RFC 3339. */
  toString(): string {
    return this.moment?.toString() ?? "never";
  }
}

/** Rust's `Expiration`: 0 never, 1 at a moment, which is a text. */
export const expirationCodec: Codec<Expiration> = t.transform(t.enum({ Never: t.unit, At: t.dateTime }), {
  to: (value) => (value.kind === "Never" ? Expiration.never : Expiration.at(value.value)),
  from: (value: Expiration) => {
    // Anything else would go out as valid for ever.
    if (!(value instanceof Expiration)) throw new TypeError(`not an Expiration: ${String(value)}`);
    const { moment } = value;
    return moment === undefined ? { kind: "Never" as const } : { kind: "At" as const, value: moment };
  },
  compare: Expiration.compare,
  rustName: "mosaik::tickets::ticket::Expiration",
});
