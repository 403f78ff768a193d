import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { VERSION } from "mosaik";

const root = fileURLToPath(new URL("../", import.meta.url));
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "test")
  .map(({ name }) => name);

describe.each(folders)("examples/%s", (name) => {
  const files = readdirSync(`${root}${name}`);
  const read = (file: string): string => readFileSync(`${root}${name}/${file}`, "utf8");

  it("can be copied: its package names all that it imports", () => {
    const manifest = JSON.parse(read("package.json")) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      name: `mosaik-example-${name}`,
      private: true,
      type: "module",
      dependencies: { mosaik: `^${VERSION}` },
    });
    for (const file of files.filter((file) => file.endsWith(".mjs"))) {
      for (const [, imported] of read(file).matchAll(/^import .*?from "([^"]+)";$/gms)) {
        const isKnown = /^(node:|mosaik(\/|$))/.test(imported!) || files.includes(imported!.replace("./", ""));
        expect(isKnown, `${file} imports ${imported}`).toBe(true);
      }
    }
  });

  it("is told of in its README: how to try it, every file, and what to change in earnest", () => {
    const readme = read("README.md");
    expect(readme).toContain("\n## Try it\n");
    expect(readme).toContain("\n## How it works\n");
    const told = [...readme.matchAll(/^\| \[`([^`]+)`\]/gm)].map(([, file]) => file!);
    const isPlain = (file: string): boolean => !/^(README\.md|package\.json|\..*|.*\.key)$/.test(file);
    expect(told.sort()).toEqual(files.filter(isPlain).sort());
  });
});

describe("files that several examples have", () => {
  it.each(["network.mjs", "processes.mjs"])("%s is the same in all", (file) => {
    const copies = folders
      .filter((name) => readdirSync(`${root}${name}`).includes(file))
      .map((name) => readFileSync(`${root}${name}/${file}`, "utf8"));
    expect(copies.length).toBeGreaterThan(1);
    expect(new Set(copies).size).toBe(1);
  });
});
