import { afterAll, beforeAll, describe, it } from "vitest";
import type { StartMember } from "../../../packages/mosaik/test/groups/processes/crew-member.js";
import { buildMember, MemberProcess } from "../../../packages/mosaik/test/groups/processes/member-process.js";
import type { Outcome } from "../../../packages/mosaik/test/groups/processes/round.js";
import {
  playRounds,
  ROUND_TIMEOUT_MS,
  ROUNDS,
  roundsOfCrews,
  SEED,
  timesOf,
} from "../../../packages/mosaik/test/groups/processes/rounds.js";
import { whyNoNamespace } from "../../../packages/mosaik/test/namespace.js";
import { obstacle } from "../setup.js";
import { RustMemberProcess } from "./rust-member-process.js";

/** One round of so many that the members of one language play. */
const EVERY = 4;

const ts: StartMember = (at, charge) => new MemberProcess(at, charge);
const rust: StartMember = (at, charge) => new RustMemberProcess(at, charge);

describe.skipIf(obstacle !== undefined || whyNoNamespace() !== undefined)(
  "a group of real processes of both languages",
  () => {
    const outcomes: Outcome[] = [];
    beforeAll(buildMember, 180_000);
    afterAll(() => {
      if (outcomes.length > 0) console.log(timesOf(outcomes));
    });

    /** What docs/groups-with-rust.md lists is counted, as the simulation counts it; anything else fails. */
    it.each(roundsOfCrews(Math.ceil(ROUNDS / EVERY)))(
      `goes wrong only as mosaik 0.4.2 does: rounds $from to $to (MOSAIK_SEED=${SEED})`,
      async (rounds) => {
        outcomes.push(...(await playRounds("mixed", [ts, rust, ts, rust, ts], rounds)));
      },
      ROUND_TIMEOUT_MS * 6,
    );
  },
);
