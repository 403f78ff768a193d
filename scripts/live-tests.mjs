/** Runs vitest, with the arguments given, in a network namespace where there is only a loopback; outside of one if none can be made. */
import { NetnsUnavailable, reexecInNetns } from "./lib/netns.mjs";
import { run } from "./lib/run.mjs";

try {
  await reexecInNetns();
} catch (error) {
  if (!(error instanceof NetnsUnavailable)) throw error;
  console.log(`The tests with Rust peers are skipped. ${error.message}`);
}
process.exitCode = await run("npx", ["vitest", "run", ...process.argv.slice(2)]);
