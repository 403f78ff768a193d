/**
 * The demo, with everything that it needs: `npm run demo -- [options]`; `--help` lists them. A Rust node talks to public lookup
 * services whatever it is told, so with `--rust` all of it runs in a network namespace where nothing leaves the machine.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { insideNetns, NetnsUnavailable, reexecInNetns } from "./lib/netns.mjs";
import { ROOT, run, step, StepFailed } from "./lib/run.mjs";

const NATIVE = join(ROOT, `packages/iroh/native/mosaik-iroh.${process.platform}-${process.arch}.node`);
const args = process.argv.slice(2);
const isRust = args.includes("--rust");

async function buildNative() {
  const code = await run("node", ["packages/iroh/build/main.mjs", "build"]);
  // Without a toolchain what was built before will do.
  return code !== 0 && existsSync(NATIVE) ? 0 : code;
}

async function buildPeer() {
  const peer = await import("./build-peer.mjs");
  const outcome = await peer.buildPeer();
  return outcome === "skipped" && !peer.peerAvailable() ? 1 : 0;
}

/** Whether there is anything to play: not with `--help` or with bad options, of which the demo itself tells. */
async function isPlayable() {
  const { parseOptions } = await import("../demo/dist/options.js");
  const { makePlan } = await import("../demo/dist/plan.js");
  try {
    const options = parseOptions(args);
    makePlan(options);
    return !options.help;
  } catch {
    return false;
  }
}

async function setUp() {
  const builds = `the TypeScript, the native part (about 3 minutes the first time)${isRust ? ", the Rust peer (about 5)" : ""}`;
  console.log(`Builds ${builds}, in seconds where that was done before; then plays for 15 s, or --seconds.`);
  await step("TypeScript", () => run("npx", ["tsc", "-b", "demo"]));
  if (!(await isPlayable())) return;
  await step("native addon", buildNative);
  if (isRust) await step("Rust peer", buildPeer);
}

try {
  if (!insideNetns()) await setUp();
  if (isRust && (await isPlayable())) await reexecInNetns();
  await import("../demo/dist/main.js");
} catch (error) {
  if (!(error instanceof StepFailed || error instanceof NetnsUnavailable)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
