import { describe, expect, it } from "vitest";
import { churn } from "./churn.js";

/** 100 in CI; `MOSAIK_SEEDS=1000` for the full run. */
const seeds = Number(process.env["MOSAIK_SEEDS"] ?? 100);
/** What a call may outlive its deadline by, in ms. */
const LATE_MAX_MS = 100;

describe(`calls among churn and partitions, ${seeds} seeds`, () => {
  it(
    "end in time, run at most once an attempt, and say truly whether they may have run",
    async () => {
      let answered = 0;
      let failed = 0;
      for (let seed = 0; seed < seeds; seed++) {
        const { calls, runs, leftOver, reports } = await churn(`calls ${seed}`);
        for (const { id, dueMs, isIdempotent, settledMs, answer, error, wasCancelled } of calls) {
          const what = `seed "calls ${seed}", call ${id}`;
          const count = runs.get(id) ?? 0;
          expect(settledMs, `${what} has ended`).toBeDefined();
          expect(settledMs! - dueMs, `${what} is late`).toBeLessThanOrEqual(LATE_MAX_MS);
          if (!isIdempotent) expect(count, `${what} ran more than once`).toBeLessThanOrEqual(1);
          if (answer !== undefined) {
            answered++;
            expect(answer, what).toBe(id + 1);
            expect(count, `${what} has an answer and did not run`).toBeGreaterThan(0);
            continue;
          }
          failed++;
          const possible = error!.attempts.filter(({ mayHaveRun }) => mayHaveRun).length;
          expect(count, `${what} (${error!.code}) ran more often than it says`).toBeLessThanOrEqual(possible);
          if (error!.code === "cancelled") expect(wasCancelled, what).toBe(true);
          expect(["timeout", "unavailable", "rejected", "transport", "cancelled"], what).toContain(error!.code);
        }
        expect(leftOver, `seed "calls ${seed}": calls that nobody ended`).toBe(0);
        expect(reports, `seed "calls ${seed}"`).toEqual([]);
      }
      console.log(`${seeds} seeds: ${answered} calls answered, ${failed} failed`);
      expect(answered).toBeGreaterThan(failed);
    },
    30_000 + 5000 * seeds,
  );

  it("one seed gives one course of events", async () => {
    const [one, other] = [await churn("twice"), await churn("twice")];
    expect(other.calls.map(({ settledMs, answer }) => [settledMs, answer])).toEqual(
      one.calls.map(({ settledMs, answer }) => [settledMs, answer]),
    );
  });
});
