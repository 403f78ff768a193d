import { describe, expect, it } from "vitest";
import { churn, type ChurnOutcome } from "./churn.js";
import { maps, queues, sets, vecs } from "./subjects.js";

/** 100 in CI; `MOSAIK_SEEDS=1000` for the full run. */
const seeds = Number(process.env["MOSAIK_SEEDS"] ?? 100);
const runs: readonly ((seed: string) => Promise<ChurnOutcome>)[] = [
  (seed) => churn(seed, maps),
  (seed) => churn(seed, queues),
  (seed) => churn(seed, vecs),
  (seed) => churn(seed, sets),
];

/** What a write may fail with: an insert into a vec that others made shorter with `indexOutOfRange`. */
const FAILURES = ["offline", "outcomeUnknown", "superseded", "closed", "indexOutOfRange"];

describe(`collections among churn and partitions, ${seeds} seeds`, () => {
  it(
    "are the same at all nodes after healing, never half of something, and watchers miss nothing",
    async () => {
      const total = { written: 0, seen: 0, resets: 0, failed: new Map<string, number>() };
      for (let i = 0; i < seeds; i++) {
        const seed = `collections ${i}`;
        const { written, failed, seen, resets, wrong, reports } = await runs[i % runs.length]!(seed);
        expect(wrong, `seed "${seed}"`).toEqual([]);
        expect(reports, `seed "${seed}"`).toEqual([]);
        for (const code of failed.keys()) expect(FAILURES).toContain(code);
        total.written += written;
        total.seen += seen;
        total.resets += resets;
        for (const [code, count] of failed) total.failed.set(code, (total.failed.get(code) ?? 0) + count);
      }
      const failures = [...total.failed].map(([code, count]) => `${count} ${code}`).join(", ");
      console.log(
        `${seeds} seeds: ${total.written} writes, failed: ${failures}; watchers saw ${total.seen} changes and ${total.resets} resets`,
      );
      expect(total.written).toBeGreaterThan(100 * seeds);
      expect(total.seen).toBeGreaterThan(total.resets);
      expect(total.resets).toBeGreaterThan(0);
    },
    60_000 + 10_000 * seeds,
  );

  it("one seed gives one course of events", async () => {
    const [one, other] = [await churn("twice", maps), await churn("twice", maps)];
    expect(other).toEqual(one);
  });
});
