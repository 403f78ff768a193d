/**
 * The whole test command: builds what the tests need, runs the unit tests, then the live ones in a network namespace where nothing
 * reaches beyond loopback. `npm test -- FILTER…` passes the filters on to vitest.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildPeer } from "./build-peer.mjs";
import { run, step, StepFailed } from "./lib/run.mjs";

const filters = process.argv.slice(2);
const startMs = Date.now();
console.log(
  "Builds the native parts (about 9 minutes the first time, seconds after that), then tests (about 5 minutes).",
);

/** Where `.ci/run` wants vitest's results. */
const reportDir = process.env.MOSAIK_TEST_REPORT_DIR;

function vitest(project) {
  const report =
    reportDir === undefined
      ? []
      : ["--reporter=default", "--reporter=json", `--outputFile.json=${join(reportDir, `${project}.json`)}`];
  // A filter may name files of one project only.
  const args = ["vitest", "run", "--project", project, "--passWithNoTests", ...report, ...filters];
  return project === "live" ? inNamespace(args) : run("npx", args);
}

/** A Rust peer calls public lookup services whatever it is told: inside, only loopback exists. */
function inNamespace(args) {
  const enter = 'ip link set lo up 2>/dev/null || ifconfig lo up; exec npx "$@"';
  if (spawnSync("unshare", ["-Urn", "true"]).status === 0) {
    return run("unshare", ["-Urn", "sh", "-c", enter, "sh", ...args], {
      env: { ...process.env, MOSAIK_NETNS: "1" },
    });
  }
  console.log("No network namespace can be made here: the tests with Rust peers are skipped.");
  return run("npx", args, { env: { ...process.env, MOSAIK_PEER: "none" } });
}

try {
  await step("native addon", () => run("node", ["scripts/build-native.mjs"]));
  await step("Rust peer", () => buildPeer().then(() => 0));
  await step("TypeScript", () => run("npx", ["tsc", "-b"]));
  await step("unit tests", () => vitest("unit"));
  await step("live tests", () => vitest("live"));
  console.log(`All passed in ${((Date.now() - startMs) / 60_000).toFixed(1)} min.`);
} catch (error) {
  console.error(error.message);
  process.exitCode = error instanceof StepFailed ? error.code : 1;
}
