import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StartMember } from "./crew-member.js";
import { Crew } from "./crew.js";
import type { Fault } from "./faults.js";
import { Judge } from "./judge.js";
import { buildMember, MemberProcess } from "./member-process.js";
import type { Mistake } from "./program/messages.js";
import { described, play, work, type Outcome } from "./round.js";
import { playRounds, ROUND_TIMEOUT_MS, ROUNDS, roundsOfCrews, SEED, timesOf } from "./rounds.js";
import { whyNoNamespace } from "../../namespace.js";

const obstacle = whyNoNamespace();
if (obstacle !== undefined) console.warn(obstacle);

const start: StartMember = (at, charge) => new MemberProcess(at, charge);
const wrong = (mistake: Mistake): StartMember => (at, charge) => new MemberProcess(at, { ...charge, mistake }); // prettier-ignore

describe.skipIf(obstacle !== undefined)(`a group of real processes (MOSAIK_SEED=${SEED})`, () => {
  const outcomes: Outcome[] = [];
  beforeAll(buildMember, 180_000);
  afterAll(() => {
    if (outcomes.length > 0) console.log(timesOf(outcomes));
  });

  /** Five members, each a process on a host of its own, with clients that never pause: they are killed, stopped, cut off, and leave. */
  it.each(roundsOfCrews(ROUNDS))(
    "agrees, answers everybody and tells all losses: rounds $from to $to",
    async ({ from, to }) => {
      outcomes.push(...(await playRounds("processes", [start, start, start, start, start], { from, to })));
    },
    ROUND_TIMEOUT_MS * 6,
  );

  const mistakes: readonly [Mistake, readonly string[]][] = [
    ["applyTwice", ["repeated", "outOfPlace", "unlike", "wrongAnswer"]],
    ["applyNot", ["outOfPlace", "unlike", "wrongAnswer"]],
  ];
  it.each(mistakes)("of which one member makes a mistake (%s) is found out", async (mistake, kinds) => {
    const crew = await Crew.start(`mistaken ${mistake}`, [start, start, wrong(mistake)]);
    try {
      const judge = new Judge(crew.processes);
      await work(crew);
      const stopped: Fault = { what: "1 stopped", lastsMs: 3000, begin: ({ members }) => members[1]!.stop(), end: ({ members }) => members[1]!.continue() }; // prettier-ignore
      const outcome = await play(crew, judge, stopped, 5000);
      console.log(`${mistake}: ${described(outcome)}`);
      const { problems } = outcome.verdict;
      for (const kind of kinds)
        expect(problems).toContainEqual(expect.stringMatching(new RegExp(`^${kind}: .*\\b2\\b`)));
      expect(outcome.agreedMs).toBeUndefined();
    } finally {
      await crew.close(true);
    }
  });
});
