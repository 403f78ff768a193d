import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Requirement } from "../benchmark.js";
import { Failure, rivalsDirectory } from "./cache.js";
import { runWithProgress, withoutNpm } from "./progress.js";

const MANIFEST = fileURLToPath(new URL("../../rivals/package.json", import.meta.url));
/** A module inside the installation: what it imports is found there. */
const LOADER = "load.mjs";

/** The npm packages of `bench/rivals/package.json`, installed without a lock into the cache. */
export const rivalPackages: Requirement = {
  async prepare() {
    if (existsSync(join(installation(), LOADER))) return;
    await failure().remember(install);
  },
  obstacle() {
    if (existsSync(join(installation(), LOADER))) return undefined;
    return `its npm package is not installed (${failure().reason ?? "run this through npm run bench"})`;
  },
};

/** The version of a package that the manifest names. */
export function versionOf(name: string): string {
  const manifest = JSON.parse(readFileSync(MANIFEST, "utf8")) as { dependencies: Record<string, string> };
  return manifest.dependencies[name] ?? "?";
}

/** Imports an installed package; the caller knows what it exports. */
export async function importRival<T>(name: string): Promise<T> {
  const { load } = (await import(pathToFileURL(join(installation(), LOADER)).href)) as {
    load: (name: string) => Promise<T>;
  };
  return load(name);
}

/** Another folder for other packages, and for a Node.js whose binary packages differ. */
function key(): string {
  const hash = createHash("sha256").update(readFileSync(MANIFEST));
  return `npm-${hash.update(`${process.platform} ${process.arch} ${process.versions.modules}`).digest("hex").slice(0, 16)}`;
}

/** The folder where they are installed. */
export function installation(): string {
  return join(rivalsDirectory(), key());
}

function failure(): Failure {
  return new Failure(key());
}

async function install(): Promise<void> {
  const partial = `${installation()}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  try {
    copyFileSync(MANIFEST, join(partial, "package.json"));
    const args = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
    await runWithProgress("the npm packages of the rivals", "npm", args, {
      cwd: partial,
      env: withoutNpm(process.env),
      aboutSeconds: 20,
    });
    writeFileSync(join(partial, LOADER), "export const load = (name) => import(name);\n");
    if (!existsSync(installation())) renameSync(partial, installation());
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
