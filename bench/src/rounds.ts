import type { Benchmark, Contender, Session } from "./benchmark.js";
import { rowsOf, type Outcome, type Row } from "./rows.js";

/** A contender on its way through the rounds. */
interface Entrant {
  readonly contender: Contender;
  session: Session | undefined;
  readonly values: number[];
  obstacle: string | undefined;
}

/**
 * Measures a benchmark's contenders in turn, ours first, round after round: what else the machine does falls on all alike. A rival
 * that cannot run or fails on the way is skipped, with the reason in its row.
 *
 * @param report told what is going on, in short lines
 * @throws what our own contender throws
 */
export async function runBenchmark(
  benchmark: Benchmark,
  rounds: number,
  report: (line: string) => void,
): Promise<Row[]> {
  const ours = entrant(benchmark.ours);
  const rivals = benchmark.rivals.map(entrant);
  const all = [ours, ...rivals];
  /** Runs a step of one entrant; a rival that fails is out, we are not allowed to. */
  const attempt = async (entrant: Entrant, step: () => Promise<void>): Promise<void> => {
    if (entrant.obstacle !== undefined) return;
    try {
      await step();
    } catch (error) {
      if (entrant === ours) throw error;
      entrant.obstacle = `it failed: ${error instanceof Error ? error.message : String(error)}`;
      report(`${benchmark.name}: ${entrant.contender.name}: ${entrant.obstacle}`);
    }
  };
  const open = (each: Entrant): Promise<void> =>
    attempt(each, async () => {
      report(`${benchmark.name}: ${each.contender.name} warms up`);
      each.session = await each.contender.open();
      await each.session.warmUp();
    });
  try {
    for (const each of all) await open(each);
    for (let round = 1; round <= rounds; round++) {
      report(`${benchmark.name}: round ${round} of ${rounds}`);
      for (const each of all) {
        if (round > 1 && benchmark.beginsAnew === true) {
          await attempt(each, () => each.session!.close());
          await open(each);
        }
        await attempt(each, async () => void each.values.push(await each.session!.measure()));
      }
    }
    const outcome = outcomeOf(ours);
    if (outcome.kind === "skipped") throw new Error(`${benchmark.name}: ${outcome.reason}`);
    return rowsOf(
      benchmark,
      outcome,
      rivals.map((each) => [each.contender, outcomeOf(each)]),
    );
  } finally {
    for (const each of all) await each.session?.close().catch((error: unknown) => report(String(error)));
  }
}

function entrant(contender: Contender): Entrant {
  const obstacle = contender.requires
    .map((requirement) => requirement.obstacle())
    .find((reason) => reason !== undefined);
  return { contender, session: undefined, values: [], obstacle };
}

function outcomeOf({ session, values, obstacle }: Entrant): Outcome {
  if (obstacle !== undefined) return { kind: "skipped", reason: obstacle };
  return { kind: "measured", values, remarks: session?.remarks?.() };
}
