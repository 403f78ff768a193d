import { dateFromDays, daysFromDate } from "./calendar.js";
import { parseDateTime } from "./date-time-text.js";

const NANOS_PER_SECOND = 1_000_000_000;
const SECONDS_PER_DAY = 86_400;
// What chrono's DateTime<Utc> holds.
const SECONDS_MIN = daysFromDate(-262_143, 1, 1) * SECONDS_PER_DAY;
const SECONDS_MAX = (daysFromDate(262_142, 12, 31) + 1) * SECONDS_PER_DAY - 1;

/**
 * A moment in UTC to the nanosecond, as chrono's `DateTime<Utc>`; a JavaScript `Date` would lose what is below a
 * millisecond. Immutable.
 */
export class DateTime {
  /** Whole seconds since 1970-01-01T00:00:00Z, negative before. */
  readonly seconds: number;
  /** Nanoseconds after them; 10^9 to 2*10^9 within the leap second that follows a second `:59`. */
  readonly nanos: number;

  /** @throws RangeError outside of what chrono's type holds */
  constructor(seconds: number, nanos = 0) {
    if (!(Number.isInteger(seconds) && seconds >= SECONDS_MIN && seconds <= SECONDS_MAX)) {
      throw new RangeError(`${seconds} seconds are beyond the dates of chrono`);
    }
    const mayLeap = modulo(seconds, 60) === 59;
    if (!(Number.isInteger(nanos) && nanos >= 0 && nanos < (mayLeap ? 2 : 1) * NANOS_PER_SECOND)) {
      throw new RangeError(`${nanos} nanoseconds within a second`);
    }
    this.seconds = seconds;
    this.nanos = nanos;
    Object.freeze(this);
  }

  /** The moment that many milliseconds after 1970, as `Date.now()` counts; a fraction is kept to the nanosecond. */
  static fromMillis(millis: number): DateTime {
    const seconds = Math.floor(millis / 1000);
    const nanos = Math.round((millis - seconds * 1000) * 1e6);
    return nanos === NANOS_PER_SECOND ? new DateTime(seconds + 1) : new DateTime(seconds, nanos);
  }

  /**
   * Reads what chrono reads: RFC 3339, with some freedom in blanks and digits, converted to UTC.
   *
   * @throws RangeError for any other text
   */
  static parse(text: string): DateTime {
    const { seconds, nanos } = parseDateTime(text);
    return new DateTime(seconds, nanos);
  }

  /** Whole milliseconds since 1970, rounded down, for `new Date(…)`. */
  toMillis(): number {
    return this.seconds * 1000 + Math.floor(this.nanos / 1e6);
  }

  /** Negative, zero or positive, as this one is before, equal to or after the other. */
  compare(other: DateTime): number {
    return this.seconds - other.seconds || this.nanos - other.nanos;
  }

  /** Whether the other is the same moment. */
  equals(other: DateTime): boolean {
    return this.compare(other) === 0;
  }

  /** RFC 3339 with a fraction of 0, 3, 6 or 9 digits, the shortest that loses nothing: what goes over the wire. */
  toString(): string {
    const days = Math.floor(this.seconds / SECONDS_PER_DAY);
    const { year, month, day } = dateFromDays(days);
    const second = this.seconds - days * SECONDS_PER_DAY;
    const leap = this.nanos >= NANOS_PER_SECOND;
    const time = [Math.floor(second / 3600), Math.floor(second / 60) % 60, (second % 60) + (leap ? 1 : 0)];
    const date = `${yearText(year)}-${pad(month, 2)}-${pad(day, 2)}`;
    const clock = time.map((part) => pad(part, 2)).join(":");
    return `${date}T${clock}${fractionText(this.nanos % NANOS_PER_SECOND)}Z`;
  }

  /** The text, for `JSON.stringify`. */
  toJSON(): string {
    return this.toString();
  }
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return pad(year, 4);
  return (year < 0 ? "-" : "+") + pad(Math.abs(year), 4);
}

function fractionText(nanos: number): string {
  if (nanos === 0) return "";
  if (nanos % 1_000_000 === 0) return `.${pad(nanos / 1_000_000, 3)}`;
  if (nanos % 1000 === 0) return `.${pad(nanos / 1000, 6)}`;
  return `.${pad(nanos, 9)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
