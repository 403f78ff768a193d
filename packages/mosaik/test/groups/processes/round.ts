import { setTimeout as delay } from "node:timers/promises";
import { areAtRest, areBonded, areUnited, type Crew } from "./crew.js";
import type { Fault } from "./faults.js";
import type { Judge, Verdict } from "./judge.js";
import type { MemberState } from "./program/messages.js";

/** All have the same so long after everything was put right, in ms. */
const AGREED_WITHIN_MS = 10_000;
/** Members that do not agree are looked at when nothing moves any more, or after this time, in ms. */
const STILL_WITHIN_MS = 25_000;
const STILL_FOR_MS = 1000;
/** Clients of each member have had so many commands executed before something else goes wrong. */
const EXECUTED_COUNT = 10;
const EXECUTED_WITHIN_MS = 10_000;

/** What came of a round. */
export interface Outcome {
  /** From when everything was put right until all were bonded with all, in ms. */
  readonly bondedMs: number | undefined;
  /** Until all had the same, and everybody had been answered. */
  readonly agreedMs: number | undefined;
  readonly verdict: Verdict;
}

/** Lets something go wrong, puts it right, and judges everything that happened until then when all have come to rest. */
export async function play(
  crew: Crew,
  judge: Judge,
  fault: Fault,
  agreedWithinMs: number = AGREED_WITHIN_MS,
): Promise<Outcome> {
  await fault.begin(crew);
  await delay(fault.lastsMs);
  await fault.end(crew);
  const { states, ...times } = await agreement(crew, agreedWithinMs);
  return { ...times, verdict: judge.judge(fault, states) };
}

/** Lets the clients work, and waits until those of each member see commands executed. */
export async function work(crew: Crew): Promise<void> {
  crew.order("work");
  await crew.until(EXECUTED_WITHIN_MS, "commands of each member to be executed", (states) =>
    states.every(({ executedCount }) => executedCount >= EXECUTED_COUNT),
  );
}

/** Fails with what nothing explains. */
export function requireSound({ verdict }: Outcome): void {
  const { problems } = verdict;
  if (problems.length > 0) throw new Error([`${problems.length} problems`, ...problems.slice(0, 20)].join("\n"));
}

/** What to print of a round. */
export function described({ bondedMs, agreedMs, verdict }: Outcome): string {
  const { appliedCount, lost, told, hazards } = verdict;
  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([what, count]) => `${count} ${what}`).join(", ") || "none";
  const at = (ms: number | undefined): string => (ms === undefined ? "never" : `after ${ms.toFixed(0)} ms`);
  const explained = hazards.size === 0 ? "" : `; of mosaik 0.4.2: ${list(hazards)}`;
  return `bonded ${at(bondedMs)}, agreed ${at(agreedMs)}; ${appliedCount} commands; lost: ${list(lost)}${explained}; told: ${list(told)}`;
}

/** Waits until all have the same, and everybody has been answered; or until nothing moves any more. */
async function agreement(
  crew: Crew,
  withinMs: number,
): Promise<Omit<Outcome, "verdict"> & { states: readonly MemberState[] }> {
  const startMs = performance.now();
  const passedMs = (): number => performance.now() - startMs;
  const isMet = (isSo: (states: readonly MemberState[]) => boolean): Promise<boolean> =>
    crew.becomes(withinMs - passedMs(), isSo);
  const bondedMs = (await isMet(areBonded)) ? passedMs() : undefined;
  await isMet(areUnited);
  crew.order("rest");
  const agreedMs = (await isMet((states) => areUnited(states) && areAtRest(states))) ? passedMs() : undefined;
  if (agreedMs === undefined) await stillness(crew);
  return { bondedMs, agreedMs, states: await crew.states() };
}

async function stillness(crew: Crew): Promise<void> {
  let [before, sinceMs] = ["", performance.now()];
  await crew.becomes(STILL_WITHIN_MS, (states) => {
    const now = JSON.stringify(states);
    if (now !== before) [before, sinceMs] = [now, performance.now()];
    return performance.now() - sinceMs >= STILL_FOR_MS && states.every(({ openCount }) => openCount === 0);
  });
}
