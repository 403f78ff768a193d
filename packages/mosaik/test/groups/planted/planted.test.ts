import { describe, expect, it } from "vitest";
import { simulate } from "../simulation/simulate.js";
import { Violation } from "../simulation/violations.js";
import { bugs, type PlantedBug } from "./bugs.js";

/** CI plants three; `MOSAIK_PLANTED=all` all of them. */
const planted = process.env["MOSAIK_PLANTED"] === "all" ? bugs : bugs.slice(0, 3);
const SEEDS_MAX = 200;

/** The first seed that shows the bug, and what it shows. */
function find({ parts, as }: PlantedBug): { seed: number; error: Error } | undefined {
  for (let seed = 0; seed < SEEDS_MAX; seed++) {
    try {
      simulate(seed, { parts });
    } catch (error) {
      if (as !== undefined && error instanceof Violation && error.violation !== as) continue;
      return { seed, error: error as Error };
    }
  }
  return undefined;
}

describe("the simulator finds", () => {
  it.each(planted.map((bug) => [bug.name, bug] as const))("a member that %s", { timeout: 60_000 }, (name, bug) => {
    const found = find(bug);
    console.log(`${name}: seed ${found?.seed}: ${found?.error.message}`);
    expect(found).toBeDefined();
    // What a machine throws when it is given the wrong command counts, too; a mistake of the simulator does not.
    if (!(found!.error instanceof Violation)) expect(found!.error.message).toMatch(/was applied in place/);
  });
});
