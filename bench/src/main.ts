import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArguments, UsageError, type Arguments } from "./arguments.js";
import type { Benchmark } from "./benchmark.js";
import { benchmarks } from "./catalog.js";
import { profileRolesInto } from "./harness/child.js";
import { runBenchmark } from "./rounds.js";
import type { Row } from "./rows.js";
import { table } from "./table.js";

export { UsageError };

/** A command line that has been understood. */
export interface Plan {
  readonly arguments: Arguments;
  readonly benchmarks: readonly Benchmark[];
}

/** @throws UsageError */
export function plan(argv: readonly string[]): Plan {
  const known = benchmarks.map(({ name }) => name);
  const parsed = parseArguments(argv, known);
  return { arguments: parsed, benchmarks: benchmarks.filter(({ name }) => parsed.names.includes(name)) };
}

/** Installs and builds what the rivals need, as far as that is possible. */
export async function prepareRivals({ benchmarks }: Plan): Promise<void> {
  const contenders = benchmarks.flatMap(({ ours, rivals }) => [ours, ...rivals]);
  for (const requirement of new Set(contenders.flatMap(({ requires }) => requires))) await requirement.prepare();
}

/**
 * Runs the benchmarks, prints the table and writes the JSON file, which holds what has been measured so far while others run. One that
 * fails does not take the others along.
 *
 * @returns how many failed
 */
export async function run({ arguments: { json, rounds, profile }, benchmarks }: Plan): Promise<number> {
  if (profile !== undefined) {
    mkdirSync(profile, { recursive: true });
    profileRolesInto(resolve(profile));
  }
  const rows: Row[] = [];
  let failed = 0;
  for (const benchmark of benchmarks) {
    try {
      rows.push(...(await runBenchmark(benchmark, rounds, (line) => console.error(line))));
    } catch (error) {
      failed++;
      console.error(`${benchmark.name} failed:`, error);
    }
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(rows, undefined, 2)}\n`);
  }
  console.log(table(rows));
  return failed;
}
