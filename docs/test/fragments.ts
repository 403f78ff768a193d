import ts from "typescript";
import type { Page } from "./blocks.js";
import { roleOf } from "./blocks.js";

/** TypeScript that was made from a page, and the line of the page for each of its lines. */
export interface PageModule {
  readonly text: string;
  /** By the lines of the text, from 0; 0 where there is none. */
  readonly lines: readonly number[];
}

/**
 * The fragments of a page as one module: each stands in a block within the one before, so that it sees what was declared there and
 * may declare it anew. What they import is gathered at the top.
 *
 * @returns nothing for a page without fragments
 */
export function moduleOf(page: Page): PageModule | undefined {
  const fragments = page.blocks.filter((block) => roleOf(block) === "fragment");
  if (fragments.length === 0) return undefined;
  const imports = new Imports();
  const body: [text: string, line: number][] = [];
  if (page.preamble !== undefined) {
    const { text, line } = page.preamble;
    body.push(...imports.takeFrom(text).map((one, i): [string, number] => [one, line + i]));
  }
  for (const { text, line } of fragments) {
    body.push(["{", 0], ...imports.takeFrom(text).map((one, i): [string, number] => [one, line + i]));
  }
  const all: [string, number][] = [
    ...imports.lines().map((one): [string, number] => [one, 0]),
    ["export {};", 0],
    ...body,
    ["}".repeat(fragments.length), 0],
  ];
  return { text: all.map(([text]) => text).join("\n"), lines: all.map(([, line]) => line) };
}

/** What the fragments of a page import, each name once. */
class Imports {
  readonly #names = new Map<string, Set<string>>();

  /** The lines of a fragment without its imports and without the word `export`, which blocks cannot have. */
  takeFrom(text: string): string[] {
    const source = ts.createSourceFile("fragment.ts", text, ts.ScriptTarget.ES2023, true);
    let rest = text;
    for (const statement of source.statements) {
      if (ts.isImportDeclaration(statement)) {
        this.#add(statement);
        rest = blank(rest, statement.getStart(), statement.end);
      }
      const exported = ts.canHaveModifiers(statement)
        ? ts.getModifiers(statement)?.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
        : undefined;
      if (exported !== undefined) rest = blank(rest, exported.getStart(), exported.end);
    }
    return rest.split("\n");
  }

  lines(): string[] {
    return [...this.#names].map(([module, names]) => `import { ${[...names].join(", ")} } from ${module};`);
  }

  #add({ importClause, moduleSpecifier }: ts.ImportDeclaration): void {
    const bindings = importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) {
      throw new Error(`fragments import names, import { … } from ${moduleSpecifier.getText()}`);
    }
    const module = moduleSpecifier.getText();
    const names = this.#names.get(module) ?? new Set();
    this.#names.set(module, names);
    for (const element of bindings.elements) names.add(element.getText().replace(/^type /, ""));
  }
}

/** The text with a part of it as spaces, line ends kept. */
function blank(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, " ") + text.slice(end);
}
