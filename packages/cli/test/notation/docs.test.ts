import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseNotation } from "../../src/notation/index.js";
import { BUILTINS } from "../../src/schema/index.js";

const page = readFileSync(new URL("../../../../docs/reference/notation.md", import.meta.url), "utf8");

describe("docs/reference/notation.md", () => {
  const examples = [...page.matchAll(/```notation\n(.*?)```/gs)].map(([, text]) => text!);

  it.each(examples)("has an example that is right: %s", (text) => {
    expect(() => parseNotation(text)).not.toThrow();
  });

  it("has every built-in type", () => {
    const table = page.slice(page.indexOf("## Built-in types"), page.indexOf("## Grammar"));
    const between = (name: string) =>
      /^[ui]\d+$/.test(name) || table.includes(`${name}<`) || new RegExp(`\\b${name}\\b`).test(table);
    const missing = BUILTINS.map(({ name }) => name).filter((name) => name !== "ref" && !between(name));
    expect(missing).toEqual([]);
  });
});
