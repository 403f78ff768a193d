import { expect, it } from "vitest";
import { sidebar } from "../.vitepress/sidebar.mjs";
import { readPages } from "./pages.js";

interface Entry {
  readonly link?: string;
  readonly items?: readonly Entry[];
}

/** Pages that nobody looks for in the contents: they are linked from others. */
const APART = /^decisions\//;

function linksOf(entries: readonly Entry[]): string[] {
  return entries.flatMap(({ link, items = [] }) => [...(link === undefined ? [] : [link]), ...linksOf(items)]);
}

it("the table of contents has every page, and nothing else", () => {
  const links = linksOf(sidebar).filter((link) => link !== "/api/");
  const pages = [...readPages().keys()].filter((path) => !APART.test(path));
  expect(links.toSorted()).toEqual(pages.map((path) => `/${path.replace(/(index)?\.md$/, "")}`).toSorted());
});
