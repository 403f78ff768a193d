import { describe, expect, it } from "vitest";
import { simulate, type SimulationOptions } from "../simulation/simulate.js";
import { Violation } from "../simulation/violations.js";
import { bugs, type PlantedBug } from "./bugs.js";
import { guardedBugs } from "./guarded-bugs.js";

/** CI plants three; `MOSAIK_PLANTED=all` all of them. */
const isAll = process.env["MOSAIK_PLANTED"] === "all";
const planted = isAll ? bugs : bugs.slice(0, 3);
const plantedGuards = isAll ? guardedBugs : guardedBugs.slice(0, 2);
const SEEDS_MAX = 200;

/** The first seed that shows the bug, and what it shows. */
function find(options: SimulationOptions, as?: PlantedBug["as"]): { seed: number; error: Error } | undefined {
  for (let seed = 0; seed < SEEDS_MAX; seed++) {
    try {
      simulate(seed, options);
    } catch (error) {
      if (as !== undefined && error instanceof Violation && error.violation !== as) continue;
      return { seed, error: error as Error };
    }
  }
  return undefined;
}

describe("the simulator finds", () => {
  it.each(planted.map((bug) => [bug.name, bug] as const))("a member that %s", { timeout: 60_000 }, (name, bug) => {
    const found = find({ parts: bug.parts }, bug.as);
    console.log(`${name}: seed ${found?.seed}: ${found?.error.message}`);
    expect(found).toBeDefined();
    // What a machine throws when it is given the wrong command counts, too; a mistake of the simulator does not.
    if (!(found!.error instanceof Violation)) expect(found!.error.message).toMatch(/was applied in place/);
  });

  it.each(plantedGuards.map((bug) => [bug.name, bug] as const))(
    "a member with guards that %s",
    { timeout: 60_000 },
    (name, { parts: guardedParts }) => {
      const found = find({ isGuarded: true, guardedParts });
      console.log(`${name}: seed ${found?.seed}: ${found?.error.message}`);
      expect(found?.error).toBeInstanceOf(Violation);
    },
  );
});
