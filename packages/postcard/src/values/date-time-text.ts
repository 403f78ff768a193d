import { daysFromDate, isDate } from "./calendar.js";

/** Rust's `White_Space`, which is not quite that of `\s`. */
const WHITE = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*";
const OFFSET = `(?:(?<utc>[Zz]|[Uu][Tt][Cc])|(?<sign>[+\\-\\u2212])(?<offsetHours>\\d\\d)(?::|${WHITE.slice(0, -1)})*(?<offsetMinutes>[0-5]\\d))`;

/** chrono's relaxed RFC 3339, as `DateTime<Utc>` is deserialized. */
const PATTERN = new RegExp(
  `^${WHITE}(?<year>\\d{1,4}|[+-]\\d+)${WHITE}-${WHITE}(?<month>\\d{1,2})${WHITE}-${WHITE}(?<day>\\d{1,2})` +
    `[tT ]${WHITE}(?<hour>\\d{1,2})${WHITE}:${WHITE}(?<minute>\\d{1,2})${WHITE}:${WHITE}(?<second>\\d{1,2})` +
    `(?:\\.(?<fraction>\\d+))?${WHITE}${OFFSET}${WHITE}$`,
  "u",
);

/**
 * The moment that a text names, in seconds since 1970 and nanoseconds; a leap second `:60` is kept as nanoseconds
 * from 10^9 on.
 *
 * @throws RangeError for a text that chrono refuses as well
 */
export function parseDateTime(text: string): { seconds: number; nanos: number } {
  const groups = PATTERN.exec(text)?.groups;
  if (groups === undefined) throw new RangeError("not an RFC 3339 date and time with its offset");
  const part = (name: string): number => Number(groups[name] ?? 0);
  const [year, month, day] = [part("year"), part("month"), part("day")];
  const [hour, minute, second] = [part("hour"), part("minute"), part("second")];
  // The bound on years keeps the arithmetic exact; the range itself is checked by DateTime.
  if (Math.abs(year) > 300_000 || !isDate(year, month, day)) throw new RangeError("there is no such date");
  if (hour > 23 || minute > 59 || second > 60) throw new RangeError("there is no such time of day");
  const offset = (part("offsetHours") * 60 + part("offsetMinutes")) * 60;
  if (offset >= 86_400) throw new RangeError("an offset of a day or more");

  const leap = second === 60;
  const local = daysFromDate(year, month, day) * 86_400 + hour * 3600 + minute * 60 + (leap ? 59 : second);
  const nanos = Number((groups.fraction ?? "").slice(0, 9).padEnd(9, "0"));
  return {
    seconds: groups.sign === "+" ? local - offset : local + offset,
    nanos: leap ? nanos + 1_000_000_000 : nanos,
  };
}
