/** What is published, and how its tarballs are made. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { ROOT } from "../lib/run.mjs";
import { bundle } from "./bundle.mjs";

/** The folders of the packages, in the order in which they need each other. */
const FOLDERS = ["postcard", "iroh", "mosaik", "cli"];

/**
 * Makes the tarballs of all packages, and of the platforms for which there is a native part: this machine's, and those that were brought
 * from others. The package of the transport names just those as optional dependencies, so that npm looks for none that does not exist.
 *
 * @param {string} out the folder for the tarballs; what else is in it stays
 * @param {{ addons?: string }} [options] a folder with native parts of other platforms, named as `mosaik-iroh.linux-arm64-gnu.node`
 * @returns {Promise<string[]>} the paths of the tarballs
 */
export async function packAll(out, { addons } = {}) {
  const { PLATFORMS, platformPackage } = await import("../../packages/iroh/dist/platforms.js");
  const files = { ...nativePartOf(PLATFORMS), ...nativePartsIn(addons, PLATFORMS) };
  const staging = mkdtempSync(join(tmpdir(), "mosaik-pack-"));
  mkdirSync(out, { recursive: true });
  try {
    const platforms = Object.entries(files).map(([platform, file]) => {
      const folder = join(staging, platform);
      stagePlatform(folder, platformPackage(platform), PLATFORMS[platform], file);
      return folder;
    });
    const optional = Object.fromEntries(Object.keys(files).map((platform) => [platformPackage(platform), version()]));
    const others = [];
    for (const name of FOLDERS) {
      const folder = join(staging, name);
      await stage(folder, join(ROOT, "packages", name), name === "iroh" ? optional : undefined);
      others.push(folder);
    }
    return [...platforms, ...others].map((folder) => npmPack(folder, resolve(out)));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** The one version of all packages. */
function version() {
  const versions = new Set(FOLDERS.map((name) => manifestOf(join(ROOT, "packages", name)).version));
  if (versions.size !== 1) throw new Error(`the packages differ in their versions: ${[...versions].join(", ")}`);
  return [...versions][0];
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** @returns the native part that was built in this checkout, by its platform */
function nativePartOf(platforms) {
  const { platform: os, arch: cpu } = process;
  const file = join(ROOT, `packages/iroh/native/mosaik-iroh.${os}-${cpu}.node`);
  if (!existsSync(file)) throw new Error(`the native part is missing at ${file}: npm run build:native makes it`);
  const libc = os !== "linux" ? undefined : process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl";
  const found = Object.entries(platforms).find(([, one]) => one.os === os && one.cpu === cpu && one.libc === libc);
  return found === undefined ? {} : { [found[0]]: file };
}

function nativePartsIn(folder, platforms) {
  if (folder === undefined) return {};
  const parts = readdirSync(folder).filter((name) => name.endsWith(".node"));
  return Object.fromEntries(
    parts.map((name) => {
      const platform = /^mosaik-iroh\.(.+)\.node$/.exec(name)?.[1];
      if (!(platform in platforms)) {
        const known = Object.keys(platforms).join(", ");
        throw new Error(`${join(folder, name)} is not named mosaik-iroh.PLATFORM.node with one of: ${known}`);
      }
      return [platform, join(folder, name)];
    }),
  );
}

/** Makes a package as it is published: bundled, and with a manifest without what only this checkout needs. */
async function stage(to, from, optionalDependencies) {
  const { devDependencies: _, exports, ...manifest } = manifestOf(from);
  for (const name of manifest.files) {
    cpSync(join(from, name), join(to, name), {
      recursive: true,
      filter: (path) => !path.includes(`${join(from, "dist")}/`) || isPresentType(path, from),
    });
  }
  await bundle(to, entriesOf(exports));
  cpSync(join(ROOT, "LICENSE"), join(to, "LICENSE"));
  cpSync(join(from, "README.md"), join(to, "README.md"));
  writeManifest(to, {
    ...manifest,
    ...(exports === undefined ? {} : { exports: published(exports) }),
    ...(optionalDependencies === undefined ? {} : { optionalDependencies }),
  });
}

/** Whether a path below `dist` is a folder, or types whose source is there still. */
function isPresentType(path, from) {
  const source = path.replace(join(from, "dist"), join(from, "src")).replace(/\.d\.ts(\.map)?$/, ".ts");
  return existsSync(source) && !/\.js(\.map)?$/.test(path);
}

/** What is compiled: what is exported, or of a package that is a command its `main`; each by its path below `dist`. */
function entriesOf(exports) {
  const files = exports === undefined ? ["dist/main.js"] : Object.values(exports).map((entry) => entry.default);
  return Object.fromEntries(
    files.map((file) => {
      const [, name] = /^(?:\.\/)?dist\/(.+)\.js$/.exec(file);
      return [name, `src/${name}.ts`];
    }),
  );
}

/** The condition of this checkout that leads its tests to the sources is none of others'. */
function published(exports) {
  const entries = Object.entries(exports).map(([path, { "mosaik-source": _, ...conditions }]) => [path, conditions]);
  return Object.fromEntries(entries);
}

function stagePlatform(to, name, { os, cpu, libc }, file) {
  const { license, engines } = manifestOf(join(ROOT, "packages/iroh"));
  const platform = [os, cpu, libc].filter(Boolean).join(", ");
  const main = basename(file).replace(`.${os}-${cpu}.node`, `.${name.replace("@mosaik/iroh-", "")}.node`);
  mkdirSync(to, { recursive: true });
  cpSync(file, join(to, main));
  cpSync(join(ROOT, "LICENSE"), join(to, "LICENSE"));
  writeFileSync(
    join(to, "README.md"),
    `# ${name}\n\nThe native part of [@mosaik/iroh](https://www.npmjs.com/package/@mosaik/iroh) for ${platform}. npm installs it along with that.\n`,
  );
  writeManifest(to, {
    name,
    version: version(),
    description: `The native part of @mosaik/iroh for ${platform}`,
    license,
    os: [os],
    cpu: [cpu],
    ...(libc === undefined ? {} : { libc: [libc] }),
    engines,
    main,
    files: [main],
  });
}

function writeManifest(folder, manifest) {
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

function npmPack(folder, out) {
  const words = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", out], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  return join(out, JSON.parse(words)[0].filename);
}
