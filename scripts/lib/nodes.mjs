import { join } from "node:path";
import { installCached } from "./npm-cache.mjs";

/** Versions of Node.js that are supported beside the one that runs this. */
const OTHERS = ["22", "24"];

/**
 * The versions of Node.js that programs are tried on: this one, and others as far as they can be had for this machine.
 *
 * @returns {Promise<{ name: string, bin: string | undefined }[]>} `bin` is the folder to put before others in `PATH`; nothing for this one
 */
export async function installNodes() {
  const nodes = [{ name: process.versions.node, bin: undefined }];
  const majors = OTHERS.filter((major) => !process.versions.node.startsWith(`${major}.`));
  for (const major of majors) {
    const build = `node-${process.platform}-${process.arch}`;
    const modules = await installCached(`node/${major}`, [`${build}@${major}`]);
    if (modules === undefined) console.log(`Node.js ${major} is not tried.`);
    else nodes.push({ name: major, bin: join(modules, build, "bin") });
  }
  return nodes;
}
