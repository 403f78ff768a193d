import { SeededRandom } from "../../../src/runtime/index.js";
import type { StartMember } from "./crew-member.js";
import { Crew } from "./crew.js";
import { faultOf } from "./faults.js";
import { Judge } from "./judge.js";
import { described, play, requireSound, work, type Outcome } from "./round.js";

/** `MOSAIK_SEED=7` draws other faults. */
export const SEED = Number(process.env["MOSAIK_SEED"] ?? 1);
/** `npm run test:processes` plays 50. One of them again: `MOSAIK_ROUND=17 MOSAIK_ROUNDS=1`. */
export const ROUNDS = Number(process.env["MOSAIK_ROUNDS"] ?? 3);
const FIRST_ROUND = Number(process.env["MOSAIK_ROUND"] ?? 0);
/** One of each kind of fault; what those that come back have to catch up with stays short. */
const ROUNDS_OF_CREW = 5;
/** For one round, and for one crew to begin, in ms. */
export const ROUND_TIMEOUT_MS = 60_000;

/** Rounds that one crew plays, the first and the last. */
export interface Rounds {
  readonly from: number;
  readonly to: number;
}

export function roundsOfCrews(count: number): Rounds[] {
  return Array.from({ length: Math.ceil(count / ROUNDS_OF_CREW) }, (_, i) => {
    const from = FIRST_ROUND + i * ROUNDS_OF_CREW;
    return { from, to: Math.min(from + ROUNDS_OF_CREW, FIRST_ROUND + count) - 1 };
  });
}

/** Plays rounds, and fails at the first in which something happens that nothing explains. A crew that is not at one is followed by another. */
export async function playRounds(name: string, seats: readonly StartMember[], rounds: Rounds): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let round = rounds.from; round <= rounds.to;) {
    const crew = await Crew.start(`${name} ${SEED} ${round}`, seats);
    let isSound = false;
    try {
      const judge = new Judge(crew.processes);
      for (let isAtOne = true; isAtOne && round <= rounds.to; round++) {
        const outcome = await playRound(crew, judge, name, round);
        outcomes.push(outcome);
        isAtOne = outcome.agreedMs !== undefined;
      }
      isSound = true;
    } finally {
      if (!isSound) console.log(`The histories are in ${crew.folder}`);
      await crew.close(isSound);
    }
  }
  return outcomes;
}

async function playRound(crew: Crew, judge: Judge, name: string, round: number): Promise<Outcome> {
  await work(crew);
  const random = new SeededRandom(`processes/${SEED}/${round}`);
  const fault = faultOf(round, random, await crew.leader(), crew.size);
  const title = `${name}, seed ${SEED}, round ${round}: ${fault.what} for ${fault.lastsMs} ms`;
  try {
    const outcome = await play(crew, judge, fault);
    console.log(`${title}: ${described(outcome)}`);
    requireSound(outcome);
    return outcome;
  } catch (error) {
    throw new Error(`${title}: ${(error as Error).message}`, { cause: error });
  }
}

/** How long it took in all rounds until all were bonded, and until they agreed. */
export function timesOf(outcomes: readonly Outcome[]): string {
  const list = (what: string, times: readonly (number | undefined)[]): string => {
    const sorted = times.map((ms) => ms ?? Infinity).sort((a, b) => a - b);
    const at = (part: number): string => sorted[Math.floor(part * (sorted.length - 1))]!.toFixed(0);
    return `${what} after ${at(0.5)} ms (median), ${at(1)} ms (worst)`;
  };
  const bonded = list("bonded", outcomes.map(({ bondedMs }) => bondedMs)); // prettier-ignore
  return `${outcomes.length} rounds: ${bonded}, ${list("agreed", outcomes.map(({ agreedMs }) => agreedMs))}`; // prettier-ignore
}
