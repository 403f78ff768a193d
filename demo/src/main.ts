/** The demo: `npm run demo`, once everything is built. */
import { writeFileSync } from "node:fs";
import { summaryLines } from "./account/print.js";
import { StartError } from "./cast/member.js";
import { Director } from "./director.js";
import { HELP, OptionError, parseOptions, type DemoOptions } from "./options.js";
import { makePlan, PlanError, type Plan } from "./plan.js";
import { Screen } from "./view/screen.js";

const ORPHAN_CHECK_MS = 500;
const EXIT = { failed: 1, badOptions: 2, interrupted: 130 };

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: DemoOptions;
  let plan: Plan;
  try {
    options = parseOptions(args);
    plan = makePlan(options);
  } catch (error) {
    if (!(error instanceof OptionError || error instanceof PlanError)) throw error;
    console.error(`${error.message}\n(npm run demo -- --help lists the options)`);
    return EXIT.badOptions;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  return await play(options, plan);
}

async function play(options: DemoOptions, plan: Plan): Promise<number> {
  const obstacle = options.rust ? (await import("@mosaik/interop")).whyNoPeer() : undefined;
  if (obstacle !== undefined) {
    console.error(`--rust is not possible: ${obstacle}`);
    return EXIT.failed;
  }
  const interrupter = new AbortController();
  const director = new Director(options, plan, new Screen(process.stdout), interrupter.signal);
  const stopListening = listenForInterrupts(interrupter, director);
  try {
    const summary = await director.run();
    console.log(`\n${summaryLines(summary).join("\n")}`);
    if (options.jsonFile !== undefined) writeFileSync(options.jsonFile, `${JSON.stringify(summary, undefined, 2)}\n`);
    if (summary.isInterrupted) return EXIT.interrupted;
    return summary.violations.length === 0 ? 0 : EXIT.failed;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    console.error(error.message);
    return EXIT.failed;
  } finally {
    stopListening();
  }
}

/** Ctrl-C ends the demo in order and with its summary; a second one at once. The same when whoever started us is gone. */
function listenForInterrupts(interrupter: AbortController, director: Director): () => void {
  const interrupt = (): void => {
    if (interrupter.signal.aborted) director.killAll();
    interrupter.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  // Nobody reads us any more: `npm run demo | head`.
  process.stdout.on("error", () => interrupter.abort());
  const parent = process.ppid;
  const orphanCheck = setInterval(() => {
    if (process.ppid !== parent) interrupter.abort();
  }, ORPHAN_CHECK_MS);
  return () => {
    clearInterval(orphanCheck);
    for (const signal of signals) process.off(signal, interrupt);
  };
}
