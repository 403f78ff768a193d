import { describe, expect, it } from "vitest";
import { Slices } from "../../src/runtime/slices.js";
import { PacedRuntime } from "./paced-runtime.js";

/** Work of `steps` steps of 1 ms each. */
async function work(runtime: PacedRuntime, steps: number, done: () => void): Promise<void> {
  const slices = Slices.of(runtime);
  for (let left = steps; left > 0; left--) {
    runtime.spend(1);
    if (left > 1 && slices.areUsedUp()) await slices.next();
  }
  done();
}

describe("Slices", () => {
  it("bound what one work does in a turn", async () => {
    const runtime = new PacedRuntime();
    await runtime.run(work(runtime, 100, () => {}));
    expect(runtime.longestTurnMs).toBeLessThanOrEqual(1 + 1);
    expect(runtime.turns).toBeGreaterThan(10);
  });

  it("bound what many works do in a turn together, and serve them in turn", async () => {
    const runtime = new PacedRuntime();
    const done: number[] = [];
    const works = Array.from({ length: 8 }, (_, i) => work(runtime, 20 + i, () => void done.push(i)));
    await runtime.run(Promise.all(works));
    // The first step of each is taken at once.
    expect(runtime.longestTurnMs).toBeLessThanOrEqual(1 + 8);
    expect(done).toHaveLength(8);
    expect(done[0]).toBeLessThan(2);
  });

  it("leave single steps alone", async () => {
    const runtime = new PacedRuntime();
    await runtime.run(work(runtime, 1, () => {}));
    expect(runtime.turns).toBe(0);
  });
});
