import { beforeAll, describe, it } from "vitest";
import { buildDemo, runDemo, soundSummary } from "./run-demo.js";
import { expectBooksToBalance, expectOnlyKilled } from "./sound.js";

const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);
const SECONDS = 2;
const AT_ONCE = 2;

beforeAll(buildDemo);

describe("kill -9", () => {
  it.each(["bootstrap", "viewer", "cpu"])("of %s at 10 seeded times harms no other", async (victim) => {
    await inPool(SEEDS, async (seed) => {
      const at = (0.1 + 0.8 * unit(seed * 31 + victim.length)) * SECONDS;
      const kill = `${victim}:${at.toFixed(3)}`;
      const args = ["--seconds", String(SECONDS), "--sensors", "2", "--viewers", "2", "--rate", "50", "--no-kill"];
      try {
        const summary = soundSummary(await runDemo([...args, "--kill", kill]));
        expectBooksToBalance(summary);
        expectOnlyKilled(summary, victim);
      } catch (error) {
        throw new Error(`seed ${seed}, --kill ${kill}: ${(error as Error).message}`, { cause: error });
      }
    });
  });
});

/** Runs a task for each seed, some at once. */
async function inPool(seeds: readonly number[], task: (seed: number) => Promise<void>): Promise<void> {
  const rest = [...seeds];
  const work = async (): Promise<void> => {
    for (let seed = rest.shift(); seed !== undefined; seed = rest.shift()) await task(seed);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** A number from 0 to 1 that follows from a seed: mulberry32's first. */
function unit(seed: number): number {
  let bits = (seed + 0x6d2b79f5) | 0;
  bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
}
