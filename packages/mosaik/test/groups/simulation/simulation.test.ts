import { describe, expect, it } from "vitest";
import { simulate, type SimulationResult } from "./simulate.js";
import { range } from "./scenario.js";
import type { ViolationKind } from "./violations.js";

/** `MOSAIK_SEEDS=2000` runs so many, `MOSAIK_SEED=17` this one with its transcript. CI runs 200. */
const seedCount = Number(process.env["MOSAIK_SEEDS"] ?? 200);
const onlySeed = process.env["MOSAIK_SEED"];
const seeds = onlySeed === undefined ? range(seedCount) : [Number(onlySeed)];
const timeout = 30_000 + 100 * seeds.length;

function run(seed: number, options: Parameters<typeof simulate>[1] = {}): SimulationResult {
  const trace = onlySeed === undefined ? {} : { trace: (line: string) => console.log(line) };
  return simulate(seed, { ...options, ...trace });
}

/** Runs all seeds, and fails with the list of those that failed. */
function runAll(what: string, options: Parameters<typeof simulate>[1] = {}): readonly SimulationResult[] {
  const failures: string[] = [];
  const results: SimulationResult[] = [];
  const startedMs = process.cpuUsage().user / 1000;
  for (const seed of seeds) {
    try {
      results.push(run(seed, options));
    } catch (error) {
      failures.push(`MOSAIK_SEED=${seed}: ${(error as Error).message}`);
    }
  }
  const ms = (process.cpuUsage().user / 1000 - startedMs) / seeds.length;
  const sum = (of: (result: SimulationResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const most = (of: (result: SimulationResult) => number): string => Math.max(...results.map(of)).toFixed(0);
  console.log(
    `${what}: ${seeds.length} seeds, ${ms.toFixed(1)} ms of CPU a seed, ${failures.length} failed, ${sum(({ isBlocked }) => Number(isBlocked))} blocked by observers; ` +
      `${sum(({ counts }) => counts.steps)} steps, ${sum(({ counts }) => counts.elections)} elections, ` +
      `${sum(({ counts }) => counts.syncs)} syncs, ${sum(({ counts }) => counts.reverted)} reverted, ` +
      `${sum(({ counts }) => counts.possiblyReverted)} possibly reverted, ${sum(({ counts }) => counts.diverged)} diverged; ` +
      `leader after at most ${most(({ leaderMs }) => leaderMs)} ms, converged after ${most(({ convergedMs }) => convergedMs)} ms`,
  );
  expect(failures).toEqual([]);
  return results;
}

describe("groups under faults of every kind", () => {
  it(
    "members of this library: nothing is lost or changed without a word, and all agree in the end",
    { timeout },
    () => {
      runAll("TypeScript members");
    },
  );

  it("members of both rules: what nobody can see is counted", { timeout }, () => {
    const results = runAll("mixed members", { isMixed: true });
    const total = new Map<ViolationKind, [times: number, seeds: number]>();
    for (const { violations } of results) {
      for (const [kind, times] of violations) {
        const [before, inSeeds] = total.get(kind) ?? [0, 0];
        total.set(kind, [before + times, inSeeds + 1]);
      }
    }
    console.log([...total].map(([kind, [times, inSeeds]]) => `  ${kind}: ${times} in ${inSeeds} seeds`).join("\n"));
  });

  it("a seed replays identically", () => {
    for (const seed of [1, 2, 3]) {
      const [one, other] = [simulate(seed, { isMixed: true }), simulate(seed, { isMixed: true })];
      expect(other).toEqual(one);
    }
  });
});
