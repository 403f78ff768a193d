import { InvalidArgumentError } from "commander";

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** What a timer can wait. */
const DURATION_MS_MAX = 2 ** 31 - 1;

/** A time as `500ms`, `10s`, `1.5m`, `2h` or `7d`; a bare number counts seconds. Gives ms. */
export function duration(text: string): number {
  const [, digits, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? [];
  if (digits === undefined) throw new InvalidArgumentError("A time is written as 500ms, 10s, 5m or 2h.");
  const ms = Number(digits) * UNITS[unit as keyof typeof UNITS];
  if (ms > DURATION_MS_MAX) throw new InvalidArgumentError("No more than 24 days.");
  return ms;
}
