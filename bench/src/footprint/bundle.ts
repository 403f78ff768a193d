import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown, type OutputChunk } from "rolldown";

/** What a program takes in with its imports, before it uses any of it. */
export interface BundleSize {
  /** All that is imported statically, bundled and minified, behind gzip, chunk by chunk, in bytes. */
  readonly gzipBytes: number;
  /** What is loaded when it is used, behind gzip, in bytes: by the names of the chunks. */
  readonly lazyBytes: Readonly<Record<string, number>>;
}

/**
 * Bundles a program with its dependencies, but neither Node nor native parts, and measures it.
 *
 * @param program its text
 * @param folder where it would be: whose packages it finds
 */
export async function bundleSize(program: string, folder: string): Promise<BundleSize> {
  const entry = join(folder, "program-that-is-bundled.mjs");
  const bundle = await rolldown({
    input: entry,
    platform: "node",
    external: [/^node:/, /\.node$/],
    logLevel: "silent",
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === entry ? entry : undefined),
        load: (id) => (id === entry ? program : undefined),
      },
    ],
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const chunks = new Map(output.filter((part) => part.type === "chunk").map((chunk) => [chunk.fileName, chunk]));
  const core = new Set<OutputChunk>();
  const include = (chunk: OutputChunk | undefined): void => {
    if (chunk === undefined || core.has(chunk)) return;
    core.add(chunk);
    for (const name of chunk.imports) include(chunks.get(name));
  };
  include([...chunks.values()].find((chunk) => chunk.isEntry));
  const lazy = [...chunks.values()].filter((chunk) => !core.has(chunk));
  return {
    gzipBytes: [...core].reduce((total, chunk) => total + gzipBytes(chunk), 0),
    lazyBytes: Object.fromEntries(lazy.map((chunk) => [chunk.name, gzipBytes(chunk)])),
  };
}

function gzipBytes({ code }: OutputChunk): number {
  return gzipSync(code, { level: 9 }).length;
}
