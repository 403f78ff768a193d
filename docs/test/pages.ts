import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePage, type Page } from "./blocks.js";

const DOCS = join(import.meta.dirname, "..");

/** Folders and files of docs that are no pages written by hand. */
const LEFT_OUT = /^(api|test|\.vitepress|node_modules)\/|^status\.md$/;

/** What a person reads before the book, by its path from docs. */
const READMES = [".", ...readdirSync(join(DOCS, "../packages")).map((name) => `packages/${name}`)].map((folder) =>
  join("..", folder, "README.md"),
);

/** The pages of the book that were written by hand, by their paths below docs. */
export function readPages(): Map<string, Page> {
  const paths = readdirSync(DOCS, { recursive: true, encoding: "utf8" });
  return read(paths.filter((path) => path.endsWith(".md") && !LEFT_OUT.test(path)).sort());
}

/** The page that the repository begins with, and those of the packages, by their paths from docs. */
export function readReadmes(): Map<string, Page> {
  return read(READMES);
}

function read(paths: readonly string[]): Map<string, Page> {
  return new Map(
    paths.map((path) => {
      try {
        return [path, parsePage(readFileSync(join(DOCS, path), "utf8"))];
      } catch (error) {
        throw new Error(`docs/${path}: ${(error as Error).message}`, { cause: error });
      }
    }),
  );
}
