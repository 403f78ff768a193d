import { describe, expect, it } from "vitest";
import { parsePage, roleOf } from "./blocks.js";
import { fillIn, matchOutput } from "./expected-output.js";
import { moduleOf } from "./fragments.js";
import { readPages } from "./pages.js";

const page = (...lines: string[]): ReturnType<typeof parsePage> => parsePage(lines.join("\n"));

describe("blocks of a page", () => {
  it("are files, commands, outputs and fragments by their fence", () => {
    const { blocks } = page(
      "```js [a.mjs]",
      "1;",
      "```",
      "```sh [one]",
      "node a.mjs",
      "```",
      "```text output",
      "x",
      "```",
      "```ts",
      "2;",
      "```",
    );
    expect(blocks.map(roleOf)).toEqual(["file", "command", "output", "fragment"]);
    expect(blocks.map(({ name, line }) => [name, line])).toEqual([
      ["a.mjs", 2],
      ["one", 5],
      [undefined, 8],
      [undefined, 11],
    ]);
  });

  it("that are not tried say why", () => {
    const [ini, sh] = page("```ini", "a", "```", "<!-- not run: needs root -->", "", "```sh", "reboot", "```").blocks;
    expect(() => roleOf(ini!)).toThrow(/line 2: a block of "ini" is not tried/);
    expect(roleOf(sh!)).toBe("plain");
    expect(sh!.notRun).toBe("needs root");
  });

  it("of the book all have a role", () => {
    for (const [path, { blocks }] of readPages()) {
      for (const block of blocks) expect(() => roleOf(block), `docs/${path}`).not.toThrow();
    }
  });
});

describe("the fragments of a page", () => {
  it("are one module, in which later ones see and may hide what earlier ones declare", () => {
    const module = moduleOf(
      page(
        "<!-- preamble",
        'import { t } from "mosaik";',
        "declare const network: string;",
        "-->",
        "```ts",
        'import { stream, t } from "mosaik";',
        "export const a = t;",
        "```",
        "```ts",
        "const a = stream;",
        "```",
      ),
    )!;
    const lines = module.text.split("\n");
    expect(lines[0]).toBe('import { t, stream } from "mosaik";');
    expect(lines.map((line) => line.trim()).filter((line) => line !== "")).toEqual([
      lines[0],
      "export {};",
      "declare const network: string;",
      "{",
      "const a = t;",
      "{",
      "const a = stream;",
      "}}",
    ]);
    expect(module.lines[lines.indexOf("const a = stream;")]).toBe(10);
  });
});

describe("expected output", () => {
  it("has … for anything, in a line and for lines", () => {
    expect(matchOutput(["a…c", "…", "z"], ["abc", "y", "y", "z"], 0, new Map())).toBe(4);
    expect(matchOutput(["a", "z"], ["a", "y", "z"], 0, new Map())).toBeUndefined();
  });

  it("remembers what stands for a name, and fills it into commands", () => {
    const known = new Map<string, string>();
    expect(matchOutput(["peer: <peer>"], ["peer: 12@[::1]:3"], 0, known)).toBe(1);
    expect(fillIn("node b.mjs <peer> <other>", known)).toBe("node b.mjs 12@[::1]:3 <other>");
    expect(matchOutput(["<peer> left"], ["13 left"], 0, known)).toBeUndefined();
  });
});
