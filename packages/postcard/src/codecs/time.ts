import { Codec } from "../codec.js";
import { DecodeError, EncodeError, wrongType } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import { packDate } from "../values/calendar.js";
import { DateTime } from "../values/date-time.js";
import { Duration } from "../values/duration.js";
import type { Writer } from "../writer.js";
import { string } from "./text.js";
import { transform } from "./transform.js";

const NANOS_PER_SECOND = 1_000_000_000;
const SECONDS_PER_DAY = 86_400;

/** Seconds and nanoseconds, both as varints. */
class DurationCodec extends Codec<Duration> {
  readonly shape: Shape = { kind: "opaque" };

  constructor(
    readonly rustName: string,
    private readonly secondsMax: bigint,
  ) {
    super();
  }

  override get minSize(): number {
    return 2;
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(a: Duration, b: Duration): number {
    return a.compare(b);
  }

  override get isHashable(): boolean {
    return true;
  }

  override hash(stream: HashStream, value: Duration): void {
    stream.integer(value.seconds, 8);
    stream.integer(value.nanos, 4);
  }

  override write(writer: Writer, value: Duration): void {
    if (!(value instanceof Duration)) throw wrongType("a Duration", value);
    if (value.seconds > this.secondsMax)
      throw new EncodeError("outOfRange", `${value.toString()} is too long for ${this.rustName}`);
    writer.bigVarint(value.seconds);
    writer.varint(value.nanos);
  }

  override read(reader: Reader): Duration {
    const start = reader.offset;
    const seconds = reader.u64();
    const nanos = reader.u32();
    const carried = seconds + BigInt(Math.floor(nanos / NANOS_PER_SECOND));
    if (carried > this.secondsMax) throw new DecodeError("outOfRange", `too long for ${this.rustName}`, start);
    return new Duration(carried, nanos % NANOS_PER_SECOND);
  }
}

/** Rust's `Duration`: a `Duration` of this package. On input, nanoseconds of 10^9 and more carry into the seconds. */
export const duration: Codec<Duration> = new DurationCodec("core::time::Duration", (1n << 64n) - 1n);

/** Rust's `SystemTime`: the `Duration` since 1970-01-01T00:00:00Z. Earlier times have no encoding. */
export const systemTime: Codec<Duration> = new DurationCodec("std::time::SystemTime", (1n << 63n) - 1n);

/** chrono's `DateTime<Utc>`: a `DateTime` of this package, which travels as RFC 3339 text. */
export const dateTime: Codec<DateTime> = transform(string, {
  to: (text) => DateTime.parse(text),
  from: (value) => {
    if (!(value instanceof DateTime)) throw wrongType("a DateTime", value);
    return value.toString();
  },
  compare: (a, b) => a.compare(b),
  hash: hashDateTime,
  rustName: "chrono::datetime::DateTime<chrono::offset::utc::Utc>",
});

/** chrono packs a date into one number: the year, the day of the year and what kind of year it is. */
function hashDateTime(stream: HashStream, value: DateTime): void {
  const days = Math.floor(value.seconds / SECONDS_PER_DAY);
  stream.integer(packDate(days), 4);
  stream.integer(value.seconds - days * SECONDS_PER_DAY, 4);
  stream.integer(value.nanos, 4);
}
