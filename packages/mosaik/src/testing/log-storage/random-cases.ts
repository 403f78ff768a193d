import type { LogStorage } from "../../groups/index.js";
import { SeededRandom } from "../../runtime/index.js";
import { assertSameLog, entry } from "./assert.js";
import type { LogStorageCase } from "./index.js";
import { NaiveLog } from "./naive-log.js";

const SEEDS = 10;
const STEPS = 100;

/** Does the same at random to both. */
function step(logs: readonly LogStorage[], below: (limit: number) => number): string {
  const { start, end } = logs[0]!.available();
  const within = Math.max(0, start - 2 + below(end - start + 5));
  switch (below(8)) {
    case 0:
      for (const log of logs) log.truncate(within);
      return `truncate(${within})`;
    case 1:
      for (const log of logs) log.prunePrefix(within);
      return `prunePrefix(${within})`;
    case 2: {
      if (below(8) > 0) return "nothing";
      const boundary = { term: below(5), index: below(3000) };
      for (const log of logs) log.resetTo(boundary);
      return `resetTo(${JSON.stringify(boundary)})`;
    }
    default: {
      const count = below(below(10) === 0 ? 1200 : 20);
      const entries = Array.from({ length: count }, () =>
        entry(below(256), below(9), below(8) === 0 ? below(3000) : 3),
      );
      for (const log of logs) log.append(entries);
      return `append of ${count}`;
    }
  }
}

/** The same at random, done to a log and to the simplest one. */
export const randomCases: readonly LogStorageCase[] = Array.from({ length: SEEDS }, (_, seed) => ({
  name: `does what a naive log does, seed ${seed}`,
  run(log: LogStorage): void {
    const random = new SeededRandom(`${seed}`);
    const naive = new NaiveLog();
    for (let i = 0; i < STEPS; i++) {
      const done = step([naive, log], (limit) => Math.floor(random.unit() * limit));
      assertSameLog(log, naive, `seed ${seed}, step ${i}, ${done}`);
    }
  },
}));
