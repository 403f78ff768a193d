/**
 * The whole test command: builds what the tests need, runs the unit tests, then the live ones in a network namespace where nothing
 * reaches beyond loopback. `npm test -- FILTER…` passes the filters on to vitest.
 */
import { join } from "node:path";
import { buildPeer } from "./build-peer.mjs";
import { run, step, StepFailed } from "./lib/run.mjs";

const filters = process.argv.slice(2);
const startMs = Date.now();
console.log(
  "Builds the native parts (about 9 minutes the first time, seconds after that), then tests (about 26 minutes).",
);

/** Where `.ci/run` wants vitest's results. */
const reportDir = process.env.MOSAIK_TEST_REPORT_DIR;

function vitest(name, ...patterns) {
  const report =
    reportDir === undefined
      ? []
      : ["--reporter=default", "--reporter=json", `--outputFile.json=${join(reportDir, `${name}.json`)}`];
  // A filter may name files of one project only.
  const projects = patterns.flatMap((pattern) => ["--project", pattern]);
  return [...projects, "--passWithNoTests", ...report, ...filters];
}

/** Takes all steps, and throws what the first one threw that failed. */
async function allOf(steps) {
  const failures = [];
  for (const take of steps) await take().catch((error) => failures.push(error));
  for (const { message } of failures.slice(1)) console.error(message);
  if (failures.length > 0) throw failures[0];
}

try {
  await step("native addon", () => run("node", ["packages/iroh/build/main.mjs", "build"]));
  await step("Rust peer", () => buildPeer().then(() => 0));
  await step("TypeScript", () => run("npx", ["tsc", "-b"]));
  await allOf([
    () => step("unit tests", () => run("npx", ["vitest", "run", ...vitest("unit", "unit", "interpreted")])),
    () => step("live tests", () => run("node", ["scripts/live-tests.mjs", ...vitest("live", "live*")])),
  ]);
  console.log(`All passed in ${((Date.now() - startMs) / 60_000).toFixed(1)} min.`);
} catch (error) {
  console.error(error.message);
  process.exitCode = error instanceof StepFailed ? error.code : 1;
}
