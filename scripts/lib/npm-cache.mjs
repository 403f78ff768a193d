/** Packages that no lock of ours has, each set in a folder of its own outside the checkout. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { insideNetns } from "./netns.mjs";
import { run } from "./run.mjs";

/**
 * Installs packages where they are missing, and says what it does.
 *
 * @param {string} name the folder below the cache (`$MOSAIK_CACHE`, default `~/.cache/mosaik`)
 * @param {readonly string[]} packages what npm installs, without optional dependencies and install scripts
 * @returns {Promise<string | undefined>} the folder's `node_modules`; nothing where they cannot be had
 */
export async function installCached(name, packages) {
  const folder = join(process.env.MOSAIK_CACHE || join(homedir(), ".cache", "mosaik"), name);
  const modules = join(folder, "node_modules");
  if (!existsSync(modules) && !insideNetns()) await install(folder, packages);
  return existsSync(modules) ? modules : undefined;
}

async function install(folder, packages) {
  console.log(`Installing ${packages.join(", ")} into ${folder}, once …`);
  const partial = `${folder}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, "package.json"), '{ "private": true }\n');
  const options = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"];
  const code = await run("npm", ["install", ...options, ...packages], { cwd: partial });
  if (code === 0) {
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } else {
    rmSync(partial, { recursive: true, force: true });
    console.log(`${packages.join(", ")} cannot be had from the registry.`);
  }
}
