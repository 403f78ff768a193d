import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { rolldown, type OutputChunk } from "rolldown";
import { median } from "../statistics.js";

const run = promisify(execFile);

/** What a program takes in with `import { Network } from "mosaik"`, before it uses any of it. */
export interface CoreSize {
  /** All that the entry imports statically, bundled and minified, in bytes. */
  readonly minifiedBytes: number;
  /** The same behind gzip, chunk by chunk, in bytes. */
  readonly gzipBytes: number;
  /** What is loaded when it is used, behind gzip, in bytes: by the names of the chunks. */
  readonly lazyBytes: Readonly<Record<string, number>>;
}

/** Bundles the compiled package with its dependencies, but neither Node nor the native part, and measures it. */
export async function coreSize(): Promise<CoreSize> {
  const entry = fileURLToPath(import.meta.resolve("mosaik"));
  const bundle = await rolldown({ input: entry, platform: "node", external: [/^node:/, /\.node$/] });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const chunks = new Map(output.filter((part) => part.type === "chunk").map((chunk) => [chunk.fileName, chunk]));
  const core = new Set<OutputChunk>();
  const include = (chunk: OutputChunk | undefined): void => {
    if (chunk === undefined || core.has(chunk)) return;
    core.add(chunk);
    for (const name of chunk.imports) include(chunks.get(name));
  };
  include([...chunks.values()].find((chunk) => chunk.isEntry && chunk.facadeModuleId === entry));
  if (core.size === 0) throw new Error(`the bundle has no chunk for ${entry}`);
  const lazy = [...chunks.values()].filter((chunk) => !core.has(chunk));
  return {
    minifiedBytes: sum([...core].map(({ code }) => Buffer.byteLength(code))),
    gzipBytes: sum([...core].map(gzipBytes)),
    lazyBytes: Object.fromEntries(lazy.map((chunk) => [chunk.name, gzipBytes(chunk)])),
  };
}

/**
 * How long `import("mosaik")` takes in a fresh process, in ms: the median, less that of processes that import nothing.
 *
 * @param rounds how many processes of either kind, in turns
 */
export async function coreImportMs(rounds: number): Promise<number> {
  const withImport: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await processMs(""));
    withImport.push(await processMs(`await import(${JSON.stringify(import.meta.resolve("mosaik"))})`));
  }
  return median(withImport) - median(bare);
}

async function processMs(program: string): Promise<number> {
  const start = performance.now();
  await run(process.execPath, ["--input-type=module", "--eval", program]);
  return performance.now() - start;
}

function gzipBytes({ code }: OutputChunk): number {
  return gzipSync(code, { level: 9 }).length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
