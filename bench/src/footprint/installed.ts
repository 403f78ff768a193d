import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Requirement } from "../benchmark.js";
import { Failure, rivalsDirectory } from "../rivals/cache.js";
import { runWithProgress, withoutNpm } from "../rivals/progress.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const FAILURE = new Failure("mosaik-packages");

/** The folder into which our own packages are installed: as a user has them, bundled, from the tarballs of this checkout. */
export function installedFolder(): string {
  return join(rivalsDirectory(), "mosaik-packages");
}

/** Makes the tarballs and installs them, anew each time: they are of the present sources. */
export const installedPackages: Requirement = {
  async prepare() {
    const folder = installedFolder();
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await FAILURE.remember(() => install(folder));
  },
  obstacle() {
    if (existsSync(join(installedFolder(), "node_modules", "mosaik"))) return undefined;
    return `its packages are not installed (${FAILURE.reason ?? "run this through npm run bench"})`;
  },
};

async function install(folder: string): Promise<void> {
  const env = withoutNpm(process.env);
  const tarballs = join(folder, "tarballs");
  await runWithProgress("our own packages: packing", "node", ["scripts/pack.mjs", "--out", tarballs], {
    cwd: ROOT,
    env,
    aboutSeconds: 10,
  });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const npm = "npm install --no-package-lock --no-audit --no-fund ./tarballs/*.tgz";
  await runWithProgress("our own packages", "sh", ["-c", npm], { cwd: folder, env, aboutSeconds: 10 });
}
