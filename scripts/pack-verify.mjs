/**
 * Proves that the packages install and work: `npm run pack:verify`. Packs them, checks the tarballs, installs them into empty folders, and does
 * there what the first pages of the book say: on each version of Node.js that is supported, and where there is no native part.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { run, step, StepFailed } from "./lib/run.mjs";
import { installNodes } from "./lib/nodes.mjs";
import { lintTarball } from "./pack/lint.mjs";
import { packAll } from "./pack/packages.mjs";
import { adapterWarns, followBook, importAll, makeProject, removeNativeParts } from "./pack/projects.mjs";

/** What a new user follows: with the native part, and with the adapter in its place. */
const FIRST_PAGES = "docs/getting-started/";
const FIRST_NODES = "docs/getting-started/index.md";

const work = mkdtempSync(join(tmpdir(), "mosaik-packages-"));
const whole = join(work, "whole");
const portable = join(work, "portable");

try {
  await step("native part", () => run("node", ["packages/iroh/build/main.mjs", "build"]));
  await step("TypeScript", () => run("npx", ["tsc", "-b"]));
  const tarballs = await packAll(join(work, "tarballs"));
  await step("tarballs", () => lintAll(tarballs));
  const besides = ["prom-client@15", "@opentelemetry/api@1", "@types/node@20"];
  await step("an empty folder", () => makeProject(whole, [...tarballs, ...besides]));
  await step("all that can be imported, by Node.js and by tsc --strict", () => importAll(whole));
  for (const { name, bin } of await installNodes()) {
    await step(`the first pages of the book on Node.js ${name}`, () => followBook(whole, FIRST_PAGES, bin));
  }
  await step("an empty folder where no native part fits", () =>
    makeProject(portable, [...tarballs, "@number0/iroh@1.1"]),
  );
  removeNativeParts(portable);
  await step("the first page of the book on @number0/iroh", () => followBook(portable, FIRST_NODES));
  await step("what is said to lack there", () => adapterWarns(portable));
  console.log("The packages install and work.");
} catch (error) {
  console.error(error.message);
  process.exitCode = error instanceof StepFailed ? error.code : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function lintAll(tarballs) {
  const problems = [];
  for (const file of tarballs) {
    for (const problem of await lintTarball(file)) problems.push(`${basename(file)}: ${problem}`);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}
