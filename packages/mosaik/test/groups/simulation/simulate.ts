import type { LeadershipPreference } from "../../../src/groups/machine/machine.js";
import { SeededRandom } from "../../../src/runtime/index.js";
import { Agreement } from "./agreement.js";
import { Cluster } from "./cluster.js";
import type { CourseCounts } from "./course.js";
import { hazardOf } from "./hazards.js";
import { guardedParts, ourParts, rustParts, type MemberParts } from "./parts.js";
import { randomScenario, range } from "./scenario.js";
import { tamper } from "./tamper.js";
import { Verdict } from "./verdict.js";
import type { Violation } from "./violations.js";

export interface SimulationOptions {
  /** What a member with our rules is made of. Default: what this library is. */
  readonly parts?: MemberParts;
  /** Whether some members play by the rules of mosaik 0.4.2: then what these bring about is counted, and only the rest is thrown. */
  readonly isMixed?: boolean;
  /** Whether those never lead. */
  readonly rustObserves?: boolean;
  /**
   * Whether the members go on only with a majority of all that vote: then nothing that was confirmed is lost. Nobody comes back with
   * nothing; a few may die for good.
   */
  readonly isGuarded?: boolean;
  /** What a member of such a group is made of, if so many vote. Default: what this library is. */
  readonly guardedParts?: ((members: number) => MemberParts) | undefined;
  readonly trace?: (line: string) => void;
}

export interface SimulationResult {
  readonly counts: CourseCounts;
  /** Equal for equal courses of events. */
  readonly digest: number;
  /** What was lost, or could not be seen, by its number in the spec and how it was seen. */
  readonly hazards: ReadonlyMap<string, number>;
  /** The kinds of faults that there were. */
  readonly faults: ReadonlySet<string>;
  /** After everything was put right, until there was one leader, and until all had the same, in ms. */
  readonly leaderMs: number;
  readonly convergedMs: number;
}

const FAULTS_MS = 25_000;

/** One course of events, all of it decided by the seed. @throws Violation */
export function simulate(seed: number, options: SimulationOptions = {}): SimulationResult {
  const { parts = ourParts, isMixed = false, rustObserves = false, isGuarded = false, trace } = options;
  const random = new SeededRandom(`scenario/${seed}`);
  const size = 3 + Math.floor(5 * random.unit());
  const preferences = range(size).map((number) => randomPreference(random, number));
  const voters = preferences.filter(({ kind }) => kind !== "observer").length;
  const ours = isGuarded ? (options.guardedParts?.(voters) ?? guardedParts(voters, random.unit() < 0.5)) : parts;
  const playsByRust = range(size).map(() => random.unit() < 0.5);
  const isRust = (number: number): boolean => isMixed && playsByRust[number]! && !(rustObserves && number === 0);
  const report = (violation: Violation): void => {
    trace?.(`!!! ${violation.message}`);
    const hazard = hazardOf(violation, isRust);
    if (hazard === undefined) throw violation;
    cluster.hazards.add(hazard, violation.violation);
  };
  const agreement = isGuarded ? new Agreement(voters, report) : undefined;
  const dead = isGuarded ? minority(random, preferences) : undefined;
  const cluster = new Cluster({
    agreement,
    seed,
    size,
    parts: (number) => (isRust(number) ? rustParts : ours),
    preference: (number) => (rustObserves && isRust(number) ? { kind: "observer" } : preferences[number]!),
    onViolation: report,
    ...(trace === undefined ? {} : { trace }),
  });
  const scenario = randomScenario(random, { size, durationMs: FAULTS_MS, dead });
  // A session of Rust asks again for each answer that it cannot use: with duplicates there would be no end of them.
  const isTampered = !isMixed && random.unit() < 0.5;
  if (isTampered) cluster.bonds.tamper = (message) => tamper(message, random);
  for (const { atMs, what, apply } of scenario) {
    cluster.timeline.after(atMs, () => {
      trace?.(`${atMs.toFixed(1).padStart(8)} === ${what}`);
      apply(cluster);
    });
  }
  cluster.timeline.run(FAULTS_MS);
  trace?.("=== everything is put right");
  for (const number of range(size)) if (dead?.includes(number) !== true) cluster.start(number);
  const verdict = new Verdict(cluster, random, isRust, report, isGuarded).judge();
  agreement?.judge(cluster.history, verdict.report);
  const faults = new Set<string>(scenario.flatMap(({ fault }) => fault ?? []));
  if (isTampered) for (const fault of ["duplication", "reordering"]) faults.add(fault);
  return {
    counts: cluster.course.counts,
    digest: cluster.course.digest,
    hazards: cluster.hazards.seen,
    faults,
    leaderMs: verdict.leaderMs,
    convergedMs: verdict.convergedMs,
  };
}

/** Some that vote, but fewer than half of those. */
function minority(random: SeededRandom, preferences: readonly LeadershipPreference[]): readonly number[] {
  const voters = range(preferences.length).filter((number) => preferences[number]!.kind !== "observer");
  const count = Math.floor(random.unit() * (Math.floor((voters.length - 1) / 2) + 1));
  return voters
    .map((number) => [random.unit(), number] as const)
    .sort(([a], [b]) => a - b)
    .slice(0, count)
    .map(([, number]) => number);
}

function randomPreference(random: SeededRandom, number: number): LeadershipPreference {
  const unit = random.unit();
  if (number === 0 || unit < 0.8) return { kind: "normal" };
  return unit < 0.9 ? { kind: "reluctant", factor: 2 } : { kind: "observer" };
}
