/** The API reference of the book: a page for each public name of the packages, from its doc comment, in docs/api. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { Application } from "typedoc";
import { ROOT } from "./lib/run.mjs";

/** In the order in which the book lists them. */
const PACKAGES = ["mosaik", "postcard", "iroh"];
const OUT = join(ROOT, "docs/api");

/** Entries for other implementers, not for programs. */
const LEFT_OUT = new Set(["@mosaik/iroh/compliance"]);

/**
 * Writes docs/api anew, and `docs/api/sidebar.json` for the book's navigation.
 *
 * @throws Error where a comment is wrong: a link that leads nowhere, a tag that does not belong there
 */
export async function buildApi() {
  rmSync(OUT, { recursive: true, force: true });
  const modules = entries();
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    name: "API reference",
    entryPoints: modules.map(({ source }) => source),
    tsconfig: join(ROOT, "docs/tsconfig.api.json"),
    out: OUT,
    readme: "none",
    logLevel: "Warn",
    disableSources: true,
    excludePrivate: true,
    excludeProtected: true,
    excludeInternal: true,
    sort: ["source-order"],
    entryFileName: "index",
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    parametersFormat: "table",
    validation: { notExported: false, invalidLink: true, notDocumented: false },
    treatWarningsAsErrors: true,
    treatValidationWarningsAsErrors: true,
  });
  const project = await app.convert();
  if (project === undefined) throw new Error("the packages do not compile: see above");
  const nameOf = new Map(modules.map(({ name, source }) => [moduleNameOf(source), name]));
  for (const module of project.children ?? []) module.name = nameOf.get(module.name) ?? module.name;
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error("doc comments are wrong: see above");
  renameIndexPages();
  writeFileSync(join(OUT, "sidebar.json"), JSON.stringify(sidebarOf(modules)));
}

/** The public entries by the names under which programs import them. */
function entries() {
  return PACKAGES.flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(join(ROOT, "packages", folder, "package.json"), "utf8"));
    return Object.entries(exports)
      .filter(([, targets]) => targets["mosaik-source"] !== undefined)
      .map(([path, targets]) => ({
        name: join(name, path),
        source: join(ROOT, "packages", folder, targets["mosaik-source"]),
      }))
      .filter(({ name, source }) => existsSync(source) && !LEFT_OUT.has(name));
  });
}

/** What typedoc calls an entry: its path below `packages`. */
function moduleNameOf(source) {
  return relative(join(ROOT, "packages"), source).replace(/(\/index)?\.ts$/, "");
}

/** Makes `Index.md`, the page of a type of that name, `Index-.md`: a page called index is that of its folder. */
function renameIndexPages() {
  for (const file of readdirSync(OUT, { recursive: true })) {
    const path = join(OUT, file);
    if (!file.endsWith(".md")) continue;
    const text = readFileSync(path, "utf8");
    const renamed = text.replaceAll("/Index.md", "/Index-.md").replaceAll("(Index.md", "(Index-.md");
    if (renamed !== text) writeFileSync(path, renamed);
    if (basename(file) === "Index.md") renameSync(path, join(dirname(path), "Index-.md"));
  }
}

/** What typedoc calls the folders of a module, and the book the groups of its pages. */
const KINDS = {
  functions: "Functions",
  classes: "Classes",
  interfaces: "Interfaces",
  "type-aliases": "Types",
  variables: "Constants",
  namespaces: "Namespaces",
};

/** For the pages of each entry: all entries, and its own exports by their kind. */
function sidebarOf(modules) {
  const entry = ({ name }) => ({ text: name, link: `/api/${name}/` });
  const sidebars = modules.map((module) => [
    `/api/${module.name}/`,
    modules.map((other) => (other === module ? { ...entry(other), items: exportsOf(other) } : entry(other))),
  ]);
  return Object.fromEntries([...sidebars.sort(([a], [b]) => b.length - a.length), ["/api/", modules.map(entry)]]);
}

function exportsOf({ name }) {
  return Object.entries(KINDS)
    .map(([folder, text]) => ({ text, collapsed: true, items: pagesIn(`${name}/${folder}`) }))
    .filter(({ items }) => items.length > 0);
}

function pagesIn(folder) {
  const path = join(OUT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).map((entry) => {
    const name = entry.name.replace(/\.md$/, "");
    return { text: name, link: `/api/${folder}/${name}${entry.isDirectory() ? "/" : ""}` };
  });
}
