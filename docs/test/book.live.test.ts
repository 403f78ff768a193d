import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { roleOf, type Block, type Page } from "./blocks.js";
import { moduleOf, type PageModule } from "./fragments.js";
import { readPages, readReadmes } from "./pages.js";
import { runPage } from "./run-page.js";
import { typeCheck } from "./type-check.js";

const root = join(import.meta.dirname, "../..");
const pages = new Map([...readPages(), ...readReadmes()]);
/** Where programs find the packages: those of this checkout, or those that were installed into another folder. */
const modules = process.env.MOSAIK_BOOK_MODULES ?? join(root, "node_modules");

/** A folder for each page. */
const work = mkdtempSync(join(tmpdir(), "mosaik-book-"));
const folderOf = (path: string): string => join(work, path.replace(/^[./]+|\.md$/g, "").replaceAll("/", "."));

/** The files of a page, and those of others that it names. */
function filesFor(path: string, { blocks, filesOf }: Page): Block[] {
  const others = filesOf.flatMap((other) => {
    const page = pages.get(other);
    if (page === undefined) throw new Error(`docs/${path} takes the files of ${other}, which is no page`);
    return page.blocks;
  });
  return [...others, ...blocks].filter((block) => roleOf(block) === "file");
}

beforeAll(() => {
  for (const [path, page] of pages) {
    const folder = folderOf(path);
    mkdirSync(folder, { recursive: true });
    symlinkSync(modules, join(folder, "node_modules"));
    for (const block of filesFor(path, page)) {
      const file = join(folder, block.name!);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${block.text}\n`);
    }
  }
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe("the book", () => {
  it("type-checks every block of TypeScript and JavaScript", () => {
    const checked = new Map<string, { readonly path: string; readonly lines: PageModule["lines"] }>();
    for (const [path, page] of pages) {
      const module = moduleOf(page);
      if (module !== undefined) {
        const file = join(folderOf(path), "fragments.mts");
        writeFileSync(file, module.text);
        checked.set(file, { path, lines: module.lines });
      }
      for (const block of page.blocks) {
        if (roleOf(block) !== "file" || block.language === "json") continue;
        const lines = block.text.split("\n").map((_, i) => block.line + i);
        checked.set(join(folderOf(path), block.name!), { path, lines });
      }
    }
    const complaints = typeCheck([...checked.keys()]).map(({ file, line, message }) => {
      const module = checked.get(file);
      return module === undefined ? `${file}: ${message}` : `docs/${module.path}:${module.lines[line]} ${message}`;
    });
    if (complaints.length > 0) throw new Error(`${complaints.length} errors:\n${complaints.join("\n")}`);
  });

  const programs = [...pages].filter(([, { blocks }]) => blocks.some((block) => roleOf(block) === "command"));
  it.concurrent.each(programs)("does what it says: docs/%s", async (path, page) => {
    await runPage(page, folderOf(path));
  });
});
