/** Runs vitest, with the arguments given, in a network namespace where there is only a loopback; outside of one if none can be made. */
import { pinImageInputs } from "./lib/image-inputs.mjs";
import { NetnsUnavailable, reexecInNetns } from "./lib/netns.mjs";
import { installNumber0 } from "./lib/number0.mjs";
import { run } from "./lib/run.mjs";

const number0 = await installNumber0();
if (number0 !== undefined) process.env.MOSAIK_NUMBER0_IROH ??= number0;
const lock = await pinImageInputs();
if (lock !== undefined) process.env.MOSAIK_TEST_IMAGE_LOCK ??= lock;
try {
  await reexecInNetns();
} catch (error) {
  if (!(error instanceof NetnsUnavailable)) throw error;
  console.log(`The tests with Rust peers are skipped. ${error.message}`);
}
process.exitCode = await run("npx", ["vitest", "run", ...process.argv.slice(2)]);
