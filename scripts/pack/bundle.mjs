/** The compiled program of a package, in a few files: hundreds of small ones take three times as long to import. */
import { join } from "node:path";
import { rolldown } from "rolldown";

/**
 * Bundles the entries of a package. What several of them share, and what is loaded when it is used, are files of their own: it exists once, whatever
 * entries a program imports.
 *
 * @param {string} folder of the package, with its `src`; `dist` is made beside that
 * @param {Record<string, string>} entries paths below `dist` without their ending, each with the path of its source
 */
export async function bundle(folder, entries) {
  const input = Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, join(folder, source)]));
  const build = await rolldown({
    input,
    platform: "node",
    // Other packages stay what they are; what the bundler itself needs comes in.
    external: (id, importer) => importer !== undefined && !/^(\.|\/|@oxc-project\/runtime)/.test(id),
    transform: { target: "es2023" },
    resolve: { extensionAlias: { ".js": [".ts"] } },
  });
  try {
    await build.write({
      dir: join(folder, "dist"),
      format: "esm",
      sourcemap: true,
      // All in one folder: what is found by its place beside a file is found beside each.
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
    });
  } finally {
    await build.close();
  }
}
