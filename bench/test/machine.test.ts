import { describe, expect, it } from "vitest";
import { foreignShare, processorTime } from "../src/harness/machine.js";

describe("the share of other programs", () => {
  const before = { busyMs: 100, totalMs: 1000 };

  it.each([
    ["is what is busy and not our own", { busyMs: 1100, totalMs: 3000 }, 500, 0.25],
    ["is none where all that is busy is ours", { busyMs: 1100, totalMs: 3000 }, 1000, 0],
    ["is never negative, as the clocks are coarse", { busyMs: 1100, totalMs: 3000 }, 1100, 0],
    ["is none where no time has passed", before, 0, 0],
  ])("%s", (_, after, ownMs, share) => {
    expect(foreignShare(before, after, ownMs)).toBe(share);
  });

  it("comes from counters that grow", () => {
    const first = processorTime();
    const second = processorTime();
    expect(first.totalMs).toBeGreaterThan(0);
    expect(second.busyMs).toBeGreaterThanOrEqual(first.busyMs);
  });
});
