/**
 * `@number0/iroh` for the tests of the adapter over it: it is in no lock of ours, since npm cannot install it where one of its builds for other
 * systems is missing in the registry.
 */
import { join } from "node:path";
import { installCached } from "./npm-cache.mjs";

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
 * Installs it where it is missing.
 *
 * @returns {Promise<string | undefined>} the file to load; nothing where it cannot be had: tests that need it say that they are skipped
 */
export async function installNumber0() {
  const build = BUILDS[`${process.platform}-${process.arch}`];
  if (build === undefined) return undefined;
  const packages = [`@number0/iroh@${VERSION}`, `@number0/iroh-${build}@${VERSION}`];
  const modules = await installCached(`number0/${VERSION}`, packages);
  return modules === undefined ? undefined : join(modules, "@number0", "iroh", "index.js");
}
