import { describe, expect, it } from "vitest";
import type { Benchmark, Contender } from "../src/benchmark.js";
import { runBenchmark } from "../src/rounds.js";

/** A contender that writes down what is done with it; the n-th of its processes measures n. */
function contender(name: string, log: string[], failsAt = Infinity): Contender {
  let opened = 0;
  return {
    name,
    setup: "",
    requires: [],
    // eslint-disable-next-line @typescript-eslint/require-await -- as contenders are
    open: async () => {
      const which = ++opened;
      const say = (what: string): Promise<void> => {
        log.push(`${name}${which} ${what}`);
        return what === "measures" && which >= failsAt ? Promise.reject(new Error("broken")) : Promise.resolve();
      };
      return {
        warmUp: () => say("warms up"),
        measure: async () => {
          await say("measures");
          return which;
        },
        close: () => say("closes"),
      };
    },
  };
}

function benchmark(log: string[], options: Partial<Benchmark> = {}, failsAt?: number): Benchmark {
  const rivals = [contender("rival", log, failsAt)];
  return { name: "b", unit: "s", better: "lower", ours: contender("ours", log), rivals, ...options };
}

const values = async (of: Benchmark, rounds: number): Promise<unknown[]> => {
  const rows = await runBenchmark(of, rounds, () => {});
  return rows.map(({ value, rivalValue }) => [value, rivalValue]);
};

describe("runBenchmark", () => {
  it("measures contenders in turn, ours first, in the processes that they began with", async () => {
    const log: string[] = [];
    expect(await values(benchmark(log), 2)).toEqual([[1, 1]]);
    expect(log).toEqual([
      "ours1 warms up",
      "rival1 warms up",
      "ours1 measures",
      "rival1 measures",
      "ours1 measures",
      "rival1 measures",
      "ours1 closes",
      "rival1 closes",
    ]);
  });

  it("gives all of them new processes in each round where a benchmark says so", async () => {
    const log: string[] = [];
    expect(await values(benchmark(log, { beginsAnew: true }), 3)).toEqual([[2, 2]]);
    expect(log.filter((line) => !line.endsWith("warms up"))).toEqual([
      "ours1 measures",
      "rival1 measures",
      "ours1 closes",
      "ours2 measures",
      "rival1 closes",
      "rival2 measures",
      "ours2 closes",
      "ours3 measures",
      "rival2 closes",
      "rival3 measures",
      "ours3 closes",
      "rival3 closes",
    ]);
  });

  it("goes on without a rival that fails", async () => {
    const log: string[] = [];
    expect(await values(benchmark(log, { beginsAnew: true }, 2), 3)).toEqual([[2, null]]);
    expect(log.filter((line) => line.startsWith("rival3"))).toEqual([]);
  });
});
