/**
 * `@number0/iroh` for the tests of the adapter over it, in a folder of its own: it is in no lock of ours, since npm cannot install it where one
 * of its builds for other systems is missing in the registry.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { insideNetns } from "./netns.mjs";
import { run } from "./run.mjs";

const VERSION = "1.1.0";

/** The builds that n0 publish, by platform and architecture of Node.js. */
const BUILDS = {
  "linux-x64": "linux-x64-gnu",
  "linux-arm64": "linux-arm64-gnu",
  "darwin-arm64": "darwin-arm64",
  "win32-x64": "win32-x64-msvc",
  "win32-arm64": "win32-arm64-msvc",
};

/**
 * Installs it where it is missing, and says what it does.
 *
 * @returns {Promise<string | undefined>} the file to load; nothing where it cannot be had, of which the tests that need it say that they are
 * skipped
 */
export async function installNumber0() {
  const file = join(folder(), "node_modules", "@number0", "iroh", "index.js");
  const build = BUILDS[`${process.platform}-${process.arch}`];
  if (!existsSync(file) && build !== undefined && !insideNetns()) await install(build);
  return existsSync(file) ? file : undefined;
}

async function install(build) {
  console.log(`Installing @number0/iroh ${VERSION} for the tests of its adapter (20 MB, once) …`);
  const partial = `${folder()}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, "package.json"), '{ "private": true }\n');
  const packages = [`@number0/iroh@${VERSION}`, `@number0/iroh-${build}@${VERSION}`];
  const options = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"];
  const code = await run("npm", ["install", ...options, ...packages], { cwd: partial });
  if (code === 0) {
    rmSync(folder(), { recursive: true, force: true });
    renameSync(partial, folder());
  } else {
    rmSync(partial, { recursive: true, force: true });
    console.log("It cannot be had from the registry: the tests of its adapter are skipped.");
  }
}

function folder() {
  return join(process.env.MOSAIK_CACHE || join(homedir(), ".cache", "mosaik"), "number0", VERSION);
}
