import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Session } from "../benchmark.js";
import { median } from "../statistics.js";

const run = promisify(execFile);

/** Processes of each kind that make one figure. */
const PROCESSES = 9;

/** How long a run of Node.js takes from its start to its end, in ms: the median of some. */
export function wholeTime(args: readonly string[]): Session {
  return session(async () => {
    const all: number[] = [];
    for (let i = 0; i < PROCESSES; i++) all.push(await processMs(args));
    return median(all);
  });
}

/**
 * The same of a program, less what one takes that does nothing. Both run in turns.
 *
 * @param folder where it runs: whose packages it finds
 */
export function timeBeyondNode(program: string, folder: string): Session {
  const evaluate = (text: string): Promise<number> => processMs(["--input-type=module", "--eval", text], folder);
  return session(async () => {
    const bare: number[] = [];
    const whole: number[] = [];
    for (let i = 0; i < PROCESSES; i++) {
      bare.push(await evaluate(""));
      whole.push(await evaluate(program));
    }
    return median(whole) - median(bare);
  });
}

function session(measure: () => Promise<number>): Session {
  return { warmUp: async () => void (await measure()), measure, close: () => Promise.resolve() };
}

async function processMs(args: readonly string[], cwd?: string): Promise<number> {
  const start = performance.now();
  await run(process.execPath, [...args], { cwd });
  return performance.now() - start;
}
