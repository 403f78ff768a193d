import type { Benchmark, Contender } from "./benchmark.js";
import { median } from "./statistics.js";

/** A figure next to its rival's from the same run: one line of the table, one object of the JSON output. */
export interface Row {
  readonly name: string;
  /** Our median. */
  readonly value: number;
  readonly unit: string;
  readonly better: "higher" | "lower";
  /** `null` for a figure that has no rival: a base. */
  readonly rival: string | null;
  /** The rival's median; `null` if it was skipped, `note` says why. */
  readonly rivalValue: number | null;
  /** `value / rivalValue`. */
  readonly ratio: number | null;
  /** The figure to reach, and whether it was. */
  readonly reach: number | null;
  readonly reached: boolean | null;
  /** The ratio to reach, and whether it was; the latter is `null` for a rival that was skipped. */
  readonly reachRatio: number | null;
  readonly ratioReached: boolean | null;
  /** The least and the greatest figure of the rounds. */
  readonly range: readonly [number, number];
  readonly rivalRange: readonly [number, number] | null;
  /** Build profile, encryption and topology of both, and what the run told. */
  readonly note: string;
}

/** What became of a contender in the rounds. */
export type Outcome =
  | { readonly kind: "measured"; readonly values: readonly number[]; readonly remarks: string | undefined }
  | { readonly kind: "skipped"; readonly reason: string };

type Measured = Extract<Outcome, { kind: "measured" }>;

/** One row for each rival; one without a rival for a benchmark that has none. */
export function rowsOf(
  benchmark: Benchmark,
  ours: Measured,
  rivals: readonly (readonly [Contender, Outcome])[],
): Row[] {
  const { name, unit, better, reach } = benchmark;
  const value = median(ours.values);
  const ourNote = describe(benchmark.ours, ours);
  const base: Row = {
    name,
    value,
    unit,
    better,
    rival: null,
    rivalValue: null,
    ratio: null,
    reach: reach ?? null,
    reached: reach === undefined ? null : isReached(better, value, reach),
    reachRatio: null,
    ratioReached: null,
    range: rangeOf(ours.values),
    rivalRange: null,
    note: ourNote,
  };
  if (rivals.length === 0) return [base];
  return rivals.map(([rival, outcome]): Row => {
    const note = `${ourNote} | ${describe(rival, outcome)}`;
    const reachRatio = rival.reachRatio ?? null;
    if (outcome.kind === "skipped") return { ...base, rival: rival.name, reachRatio, note };
    const rivalValue = median(outcome.values);
    const rivalRange = rangeOf(outcome.values);
    const ratio = value / rivalValue;
    const ratioReached = reachRatio === null ? null : isReached(better, ratio, reachRatio);
    return { ...base, rival: rival.name, rivalValue, ratio, rivalRange, reachRatio, ratioReached, note };
  });
}

function describe(contender: Contender, outcome: Outcome): string {
  if (outcome.kind === "skipped") return `${contender.name}: skipped: ${outcome.reason}`;
  return [`${contender.name}: ${contender.setup}`, outcome.remarks].filter(Boolean).join("; ");
}

function rangeOf(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function isReached(better: Benchmark["better"], figure: number, goal: number): boolean {
  return better === "higher" ? figure >= goal : figure <= goal;
}
