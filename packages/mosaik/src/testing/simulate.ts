import { environmentVariable } from "../runtime/index.js";
import { SimulationFailure } from "./simulation-failure.js";
import { Simulation } from "./simulation.js";
import type { Report, SimulatorOptions } from "./simulator.js";

export interface SimulateOptions extends Omit<SimulatorOptions, "seed"> {
  /**
   * How many seeds are run, from 1; or which ones. Default: 1. `MOSAIK_SEED` in the environment runs that one instead, `MOSAIK_SEEDS` another
   * number.
   */
  readonly seeds?: number | readonly (number | string)[];
  /** How long one simulation may take, in ms of virtual time. Default: an hour. */
  readonly timeLimitMs?: number;
  /** Runs each seed twice, and fails where the two differ: something comes from elsewhere than the runtime then. Default: false. */
  readonly twice?: boolean;
  /** Told what handlers, predicates and listeners throw. Default: the test fails with it. */
  readonly onReport?: (report: Report) => void;
}

/** One seed that a test passed. */
export interface SimulationRun<T> {
  readonly seed: string;
  /** What the test resolved with. */
  readonly value: T;
  /** How much virtual time it took, in ms. */
  readonly tookMs: number;
  /** A hash of everything that happened: the same for the same seed and the same program. */
  readonly traceHash: string;
}

const HOUR_MS = 3_600_000;

/**
 * Runs a test in a simulation: nodes in one process, in virtual time, on a network that can fail. Everything that is random is decided by a
 * seed, so that whatever happens once happens again. Needs no test framework, and no native code.
 *
 * ```ts
 * await simulate({ seeds: 50 }, async (world) => {
 *   const startService = async (node: NodeContext) => new Service(await node.join("my-network"));
 *   const names = ["ada", "bob", "cyd"];
 *   const nodes = await Promise.all(names.map((name) => world.start(name, startService)));
 *   world.faults.partition("ada", "bob");
 *   await world.sleep(10_000);
 *   world.faults.healAll();
 *   await world.until(() => nodes.every(({ service }) => service.isReady), 30_000, "all to be ready");
 * });
 * ```
 *
 * @param test run once for each seed, one after the other
 * @returns the runs, in the order of the seeds
 * @throws SimulationFailure for the first seed that fails; RangeError for numbers of seeds or times that are none
 */
export async function simulate<T>(
  options: SimulateOptions,
  test: (world: Simulation) => T | Promise<T>,
): Promise<SimulationRun<T>[]> {
  const { timeLimitMs = HOUR_MS, twice = false } = options;
  if (!(timeLimitMs > 0 && timeLimitMs < Infinity)) {
    throw new RangeError(`timeLimitMs must be a positive number, not ${timeLimitMs}`);
  }
  const runs: SimulationRun<T>[] = [];
  for (const seed of seedsOf(options.seeds ?? 1)) {
    const { world, run } = await runOne(seed, { ...options, timeLimitMs }, test);
    if (twice) {
      const { run: again } = await runOne(seed, { ...options, timeLimitMs }, test);
      if (again.traceHash !== run.traceHash) throw new SimulationFailure(world, new Error(NOT_REPEATABLE));
    }
    runs.push(run);
  }
  return runs;
}

const NOT_REPEATABLE =
  "a second run of the seed took another course: time, timers or randomness come from elsewhere than the runtime " +
  "(Date, setTimeout, Math.random, AbortSignal.timeout, files, modules that are loaded late)";

async function runOne<T>(
  seed: string,
  options: SimulateOptions & { readonly timeLimitMs: number },
  test: (world: Simulation) => T | Promise<T>,
): Promise<{ world: Simulation; run: SimulationRun<T> }> {
  const world = new Simulation({ ...options, seed });
  try {
    const running = (async () => test(world))();
    const value = await world.within(options.timeLimitMs, running, "the test to end");
    takeReports(world, options.onReport);
    return { world, run: { seed, value, tookMs: world.nowMs, traceHash: world.simulator.traceHash() } };
  } catch (error) {
    throw new SimulationFailure(world, error);
  } finally {
    world.simulator.halt();
    await world.close();
  }
}

function takeReports({ reports }: Simulation, onReport: SimulateOptions["onReport"]): void {
  if (onReport !== undefined) return reports.forEach(onReport);
  const first = reports[0];
  if (first !== undefined) throw new Error(`${first.where} of ${first.node} threw`, { cause: first.error });
}

/** @throws RangeError */
function seedsOf(wanted: number | readonly (number | string)[]): readonly string[] {
  const only = environmentVariable("MOSAIK_SEED");
  if (only !== undefined) return [only];
  if (typeof wanted !== "number") return wanted.map(String);
  const count = Number(environmentVariable("MOSAIK_SEEDS") ?? wanted);
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`the number of seeds is from 1, not ${count}`);
  return Array.from({ length: count }, (_, i) => String(i + 1));
}
