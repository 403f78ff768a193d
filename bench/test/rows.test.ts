import { describe, expect, it } from "vitest";
import type { Benchmark, Contender } from "../src/benchmark.js";
import { rowsOf, type Outcome } from "../src/rows.js";
import { figure, table } from "../src/table.js";

function contender(name: string): Contender {
  return { name, setup: `${name}'s setup`, requires: [], open: () => Promise.reject(new Error("never opened")) };
}

const ours = contender("mosaik-ts");
const fast: Benchmark = { name: "fast", unit: "items/s", better: "higher", reach: 100, ours, rivals: [] };
const soon: Benchmark = { name: "soon", unit: "ms", better: "lower", reach: 100, ours, rivals: [] };

function measured(...values: number[]): Extract<Outcome, { kind: "measured" }> {
  return { kind: "measured", values, remarks: undefined };
}

describe("rows", () => {
  it("are one for each rival, with the ratio of the medians", () => {
    const rows = rowsOf(fast, measured(90, 300, 120), [
      [contender("slow"), { ...measured(60, 10, 70), remarks: "lost 3" }],
      [contender("absent"), { kind: "skipped", reason: "it is not installed" }],
    ]);
    expect(rows).toMatchObject([
      { name: "fast", value: 120, unit: "items/s", rival: "slow", rivalValue: 60, ratio: 2, range: [90, 300] },
      { name: "fast", value: 120, rival: "absent", rivalValue: null, ratio: null, rivalRange: null },
    ]);
    expect(rows[0]?.note).toBe("mosaik-ts: mosaik-ts's setup | slow: slow's setup; lost 3");
    expect(rows[1]?.note).toContain("absent: skipped: it is not installed");
  });

  it("are one without a rival for a base", () => {
    expect(rowsOf(fast, measured(100), [])).toMatchObject([{ rival: null, rivalValue: null, ratio: null }]);
  });

  it.each([
    [fast, 100, true],
    [fast, 99, false],
    [soon, 100, true],
    [soon, 101, false],
  ])("say whether the figure was reached (%#)", (benchmark, value, reached) => {
    expect(rowsOf(benchmark, measured(value), [])[0]?.reached).toBe(reached);
  });
});

describe("the table", () => {
  it("puts every figure next to its rival's", () => {
    const rows = rowsOf(fast, measured(120_000), [
      [contender("slow"), measured(60_000)],
      [contender("absent"), { kind: "skipped", reason: "it is not installed" }],
    ]);
    const text = table(rows);
    expect(text).toMatch(/fast +120 000 .* slow +60 000 .* 2x +>= 100 met/);
    expect(text).toMatch(/absent +skipped/);
    expect(text.match(/fast: mosaik-ts: mosaik-ts's setup/g)).toHaveLength(1);
  });

  it.each([
    [0, "0"],
    [0.48123, "0.4812"],
    [12.3456, "12.35"],
    [999.96, "1 000"],
    [1234.5, "1 235"],
    [3_141_592, "3 142 000"],
  ])("writes %d as %s", (value, text) => {
    expect(figure(value)).toBe(text);
  });
});

describe("a ratio to reach", () => {
  const rival = (reachRatio: number): Contender => ({ ...contender("base"), reachRatio });

  it.each([
    [fast, 90, 0.9, true],
    [fast, 89, 0.9, false],
    [soon, 130, 1.3, true],
    [soon, 131, 1.3, false],
  ])("is told beside the rival (%#)", (benchmark, value, reachRatio, ratioReached) => {
    const rows = rowsOf(benchmark, measured(value), [[rival(reachRatio), measured(100)]]);
    expect(rows[0]).toMatchObject({ reachRatio, ratioReached });
    expect(table(rows)).toMatch(ratioReached ? /x met$/m : /x MISSED$/m);
  });

  it("is left open where the rival was skipped", () => {
    const rows = rowsOf(fast, measured(100), [[rival(4), { kind: "skipped", reason: "it is not installed" }]]);
    expect(rows[0]).toMatchObject({ reachRatio: 4, ratioReached: null });
    expect(table(rows)).toContain(">= 100 met, >= 4x ?");
  });
});
