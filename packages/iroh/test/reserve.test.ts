import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** Reported beforehand at most, in MiB: a step of `native/src/reserve.rs`. */
const STEP_MIB = 48;
/** What V8 says is rounded, and chunks do not end where steps do: up to a chunk comes on top of each, in MiB. */
const SLACK_MIB = 2;

const program = fileURLToPath(new URL("children/receives.mjs", import.meta.url));

/**
 * What V8 was told of by the addon beside the buffers that it counts by itself, in MiB: before, after so many MiB each, and after the
 * endpoints were closed. Only a trace says so; `process.memoryUsage().external` does not.
 */
function reportedMib(...arrivals: readonly number[]): number[] {
  const { stdout } = spawnSync(process.execPath, ["--expose-gc", program, ...arrivals.map(String)], {
    encoding: "utf8",
  });
  return [...stdout.matchAll(/External memory reported: *(-?\d+) KB/g)].map(([, kib]) => Number(kib) / 1024);
}

describe("the memory that V8 is told of beforehand", () => {
  it("is a step once a step has arrived, less what has come since, and is taken back at the end", () => {
    const arrivals = [STEP_MIB - 8, 10, 20, 30];
    const [before, ...reported] = reportedMib(...arrivals);
    const reserved = reported.map((mib) => mib - before!);
    expect(reserved).toHaveLength(arrivals.length + 1);
    const expected = [0, STEP_MIB - 2, STEP_MIB - 22, STEP_MIB - 4, 0];
    for (const [i, mib] of expected.entries()) expect(Math.abs(reserved[i]! - mib)).toBeLessThan(SLACK_MIB);
  });

  it("is never less than nothing and never more than a step", () => {
    const [before, ...reported] = reportedMib(...Array.from({ length: 24 }, (_, i) => 1 + ((i * 7) % 13)));
    expect(reported).toHaveLength(25);
    for (const mib of reported) {
      expect(mib - before!).toBeGreaterThan(-0.1);
      expect(mib - before!).toBeLessThanOrEqual(STEP_MIB + 0.1);
    }
    expect(Math.max(...reported) - before!).toBeGreaterThan(STEP_MIB / 2);
  });
});
