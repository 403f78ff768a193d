import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, it } from "vitest";
import { SeededRandom } from "../../../src/runtime/index.js";
import { areAtRest, areUnited, Crew } from "./crew.js";
import { faultOf } from "./faults.js";
import { Judge, type Verdict } from "./judge.js";
import { buildProgram } from "./member-process.js";
import { whyNoSwitch } from "./switch.js";

const obstacle = whyNoSwitch();
if (obstacle !== undefined) console.warn(obstacle);

const SEED = Number(process.env["MOSAIK_SEED"] ?? 1);
/** `npm run test:processes` plays 50. One of them again: `MOSAIK_ROUND=17 MOSAIK_ROUNDS=1`. */
const ROUNDS = Number(process.env["MOSAIK_ROUNDS"] ?? 4);
const FIRST_ROUND = Number(process.env["MOSAIK_ROUND"] ?? 0);
/** One of each kind of fault; what those that come back have to catch up with stays short. */
const ROUNDS_OF_CREW = 5;
const SIZE = 5;

/**
 * All have the same so long after everything was put right, in ms. What was dialled into a cut waits up to 4 s until QUIC sends again, and
 * who comes back with nothing replays the log.
 */
const AGREED_WITHIN_MS = 15_000;
/** Clients of each member have had so many commands executed before something else goes wrong. */
const EXECUTED_COUNT = 10;
const EXECUTED_WITHIN_MS = 10_000;

const crews = Array.from({ length: Math.ceil(ROUNDS / ROUNDS_OF_CREW) }, (_, i) => {
  const from = FIRST_ROUND + i * ROUNDS_OF_CREW;
  return { from, to: Math.min(from + ROUNDS_OF_CREW, FIRST_ROUND + ROUNDS) - 1 };
});

/** Five members, each a process on a host of its own, with clients that never pause: they are killed, stopped, cut off, and leave. */
describe.skipIf(obstacle !== undefined)(`a group of real processes (MOSAIK_SEED=${SEED})`, () => {
  beforeAll(buildProgram, 180_000);

  const options = { timeout: 60_000 * (1 + ROUNDS_OF_CREW) };
  it.each(crews)("agrees, answers everybody and tells all losses: rounds $from to $to", options, async (rounds) => {
    const crew = await Crew.start(`processes ${SEED} ${rounds.from}`, SIZE);
    let isSound = false;
    try {
      const judge = new Judge(crew.processes);
      await work(crew);
      for (let round = rounds.from; round <= rounds.to; round++) await play(crew, judge, round);
      isSound = true;
    } finally {
      if (!isSound) console.log(`The histories are in ${crew.folder}`);
      await crew.close(isSound);
    }
  });
});

async function play(crew: Crew, judge: Judge, round: number): Promise<void> {
  const random = new SeededRandom(`processes/${SEED}/${round}`);
  const fault = faultOf(round, random, await crew.leader(), SIZE);
  const name = `seed ${SEED}, round ${round}: ${fault.what} for ${fault.lastsMs} ms`;
  try {
    await fault.begin(crew);
    await delay(fault.lastsMs);
    await fault.end(crew);
    const agreedMs = await agreement(crew);
    const verdict = judge.judge(fault);
    console.log(`${name}: agreed after ${agreedMs.toFixed(0)} ms; ${described(verdict)}`);
    if (verdict.problems.length > 0) {
      throw new Error([`${verdict.problems.length} problems`, ...verdict.problems.slice(0, 20)].join("\n"));
    }
    await work(crew);
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** Waits until all have the same, and everybody has been answered. @returns how long that took, in ms */
async function agreement(crew: Crew): Promise<number> {
  const startMs = performance.now();
  const leftMs = (): number => AGREED_WITHIN_MS - (performance.now() - startMs);
  await crew.until(leftMs(), "one leader, and all bonded and up to date", areUnited);
  crew.order("rest");
  await crew.until(leftMs(), "all to have the same", (states) => areUnited(states) && areAtRest(states));
  return performance.now() - startMs;
}

/** Lets the clients work, and waits until those of each member see commands executed. */
async function work(crew: Crew): Promise<void> {
  crew.order("work");
  await crew.until(EXECUTED_WITHIN_MS, "commands of each member to be executed", (states) =>
    states.every(({ executedCount }) => executedCount >= EXECUTED_COUNT),
  );
}

function described({ appliedCount, lost, told }: Verdict): string {
  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([what, count]) => `${count} ${what}`).join(", ");
  return `${appliedCount} commands; lost: ${list(lost) || "none"}; told: ${list(told)}`;
}
