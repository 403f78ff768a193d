/**
 * The demo, with everything that it needs: `npm run demo -- [options]`; `--help` lists them. A Rust node talks to public lookup
 * services whatever it is told, so with `--rust` all of it runs in a network namespace where nothing leaves the machine.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { insideNetns, NetnsUnavailable, reexecInNetns } from "./lib/netns.mjs";
import { ROOT, run, step, StepFailed } from "./lib/run.mjs";

const NATIVE = join(ROOT, `packages/iroh/native/mosaik-iroh.${process.platform}-${process.arch}.node`);
const DEMO = join(ROOT, "demo/dist/main.js");
const args = process.argv.slice(2);
const wants = (...names) => args.some((arg) => names.includes(arg));
const isRust = wants("--rust");

async function buildNative() {
  const code = await run("node", ["scripts/build-native.mjs"]);
  // Without a toolchain what was built before will do.
  return code !== 0 && existsSync(NATIVE) ? 0 : code;
}

async function buildPeer() {
  const peer = await import("./build-peer.mjs");
  const outcome = await peer.buildPeer();
  return outcome === "skipped" && !peer.peerAvailable() ? 1 : 0;
}

async function setUp() {
  const builds = `the native part (about 3 minutes the first time)${isRust ? ", the Rust peer (about 5)" : ""} and the TypeScript`;
  console.log(`Builds ${builds}, in seconds where that was done before; then plays for 15 s, or --seconds.`);
  await step("native addon", buildNative);
  if (isRust) await step("Rust peer", buildPeer);
  await step("TypeScript", () => run("npx", ["tsc", "-b", "demo"]));
}

try {
  const isOnlyHelp = wants("--help", "-h") && existsSync(DEMO);
  if (!insideNetns() && !isOnlyHelp) await setUp();
  if (isRust && !isOnlyHelp) await reexecInNetns();
  await import(DEMO);
} catch (error) {
  if (!(error instanceof StepFailed || error instanceof NetnsUnavailable)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
