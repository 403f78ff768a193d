import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CliError, EXIT, usageError } from "../exit.js";

/** A program as one file. */
export interface BundledProgram {
  readonly code: Uint8Array;
  /** The native part of `@mosaik/iroh`, where the program has it. */
  readonly addon: Uint8Array | undefined;
}

/** As much of esbuild's interface as is used. */
interface Esbuild {
  build(options: object): Promise<{ readonly outputFiles: readonly { readonly contents: Uint8Array }[] }>;
}

/** CommonJS within the bundle asks for what Node has. */
const BANNER = `import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);`;

/**
 * Makes one file of a program and all that it imports, the same wherever it is made.
 *
 * @param entry JavaScript or TypeScript
 * @param libc that of the image
 * @param addonPath the native part, where it is not beside `@mosaik/iroh`
 * @throws CliError for a program that cannot be bundled
 */
export async function bundleProgram(
  entry: string,
  libc: "gnu" | "musl",
  addonPath: string | undefined,
): Promise<BundledProgram> {
  const path = resolve(entry);
  if (!existsSync(path)) throw usageError(`there is no ${entry}`);
  const esbuild = await loadEsbuild(path);
  const bundled = await esbuild
    .build({
      entryPoints: [path],
      absWorkingDir: dirname(path),
      outfile: "main.mjs",
      write: false,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20.19",
      // Comments would name folders of this machine.
      minifyWhitespace: true,
      minifySyntax: true,
      legalComments: "none",
      logLevel: "silent",
      banner: { js: BANNER },
      loader: { ".node": "empty" },
      plugins: [absentOptional],
    })
    .catch((error: unknown) => {
      throw new CliError(EXIT.failed, `${entry} cannot be bundled: ${(error as Error).message}`, { cause: error });
    });
  return { code: bundled.outputFiles[0]!.contents, addon: await addonOf(path, libc, addonPath) };
}

interface PluginBuild {
  resolve(path: string, options: object): Promise<{ readonly errors: readonly unknown[] }>;
  onResolve(
    filter: { readonly filter: RegExp },
    resolveOne: (args: {
      readonly path: string;
      readonly kind: string;
      readonly resolveDir: string;
      readonly importer: string;
      readonly pluginData: unknown;
    }) => Promise<{ readonly path: string; readonly external: boolean } | undefined>,
  ): void;
}

/** What is imported only when it is used, and is not installed, is left to fail then, as it would without a bundle. */
const absentOptional = {
  name: "absent-optional",
  setup(build: PluginBuild): void {
    build.onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
      if (pluginData === absentOptional || !/^(dynamic-import|require-resolve)$/.test(kind)) return undefined;
      const found = await build.resolve(path, { kind, resolveDir, importer, pluginData: absentOptional });
      return found.errors.length > 0 ? { path, external: true } : undefined;
    });
  },
};

/** That of the program's own project, else that beside this command. */
async function loadEsbuild(entry: string): Promise<Esbuild> {
  for (const from of [entry, import.meta.filename]) {
    try {
      return (await import(pathToFileURL(createRequire(from).resolve("esbuild")).href)) as Esbuild;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw new CliError(EXIT.failed, "esbuild is not installed, which makes one file of the program", {
    advice: "npm install --save-dev esbuild",
  });
}

async function addonOf(
  entry: string,
  libc: "gnu" | "musl",
  named = process.env["MOSAIK_IROH_ADDON"] || undefined,
): Promise<Uint8Array | undefined> {
  const require = createRequire(entry);
  const found = (name: string): string | undefined => {
    try {
      return require.resolve(name);
    } catch {
      return undefined;
    }
  };
  const binding = found("@mosaik/iroh");
  if (named === undefined && binding === undefined) return undefined;
  const built = binding && join(dirname(binding), "../native/mosaik-iroh.linux-x64.node");
  const path =
    named ??
    found(`@mosaik/iroh-linux-x64-${libc}`) ??
    (libc === "gnu" && built && existsSync(built) ? built : undefined);
  if (path === undefined) {
    throw new CliError(EXIT.failed, `there is no native part of @mosaik/iroh for linux-x64-${libc}`, {
      advice: `install @mosaik/iroh-linux-x64-${libc}, build it (npx mosaik-iroh build), or name the file: --addon`,
    });
  }
  return readFile(path);
}
