/** What `.ci/run` checks: the test command, then everything else that must hold. Its last line is `N passed, N failed`. */
import { mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, step } from "./lib/run.mjs";

const reportDir = mkdtempSync(join(tmpdir(), "mosaik-ci-"));
const counts = { passed: 0, failed: 0 };

async function check(name, command, args, options) {
  try {
    await step(name, () => run(command, args, options));
    counts.passed++;
  } catch (error) {
    console.error(error.message);
    counts.failed++;
  }
}

await check("npm test", "npm", ["test"], { env: { ...process.env, MOSAIK_TEST_REPORT_DIR: reportDir } });
await check("types", "npm", ["run", "types"]);
await check("lint, rooms, format", "npm", ["run", "lint"]);
await check("book", "npm", ["run", "book"]);
await check("packages", "npm", ["run", "pack:verify"]);

for (const file of readdirSync(reportDir)) {
  const report = JSON.parse(readFileSync(join(reportDir, file), "utf8"));
  counts.passed += report.numPassedTests;
  counts.failed += report.numFailedTests;
  for (const { name, message, assertionResults } of report.testResults) {
    if (message) console.error(`${name}: ${message}`);
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === "failed") console.error(`${name}: ${fullName}\n${failureMessages.join("\n")}`);
  }
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
