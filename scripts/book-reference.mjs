/**
 * The tables of the reference, from the comments of the source: options with their defaults, error codes, close codes. A page says where a
 * table goes, and what it is of:
 *
 *   <!-- options packages/mosaik/src/streams/producer/config.ts ProducerOptions -->
 *   <!-- end -->
 *
 * `node scripts/book-reference.mjs` writes them into the pages; a test fails where one is not what the source says.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import prettier from "prettier";
import ts from "typescript";
import { ROOT } from "./lib/run.mjs";

export const PAGES = ["docs/reference/configuration.md", "docs/reference/errors.md"];

const TABLE = /<!-- (options|codes|close) (\S+) (\w+) -->\n[^]*?<!-- end -->/g;
const makers = { options: optionsTable, codes: codesTable, close: closeCodesTable };

/** A page with its tables as the source says. @throws Error for what the source does not have */
export async function fillTables(path) {
  const page = readFileSync(join(ROOT, path), "utf8");
  const filled = page.replace(TABLE, (_, kind, file, name) => {
    const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), "utf8"), ts.ScriptTarget.ES2023, true);
    const rows = makers[kind](source, name);
    if (rows === undefined) throw new Error(`${path}: ${file} does not have ${name}`);
    return `<!-- ${kind} ${file} ${name} -->\n\n${rows.map(rowText).join("\n")}\n\n<!-- end -->`;
  });
  const options = await prettier.resolveConfig(join(ROOT, path));
  return { page, filled: await prettier.format(filled, { ...options, parser: "markdown" }) };
}

function rowText(cells) {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function optionsTable(source, name) {
  const declaration = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name);
  if (declaration === undefined) return undefined;
  const rows = declaration.members.filter(ts.isPropertySignature).map((member) => {
    const { text, defaultText } = splitDefault(commentAt(source, member.getFullStart()));
    const otherwise = member.questionToken === undefined ? "must be given" : "none";
    return [`\`${member.name.getText()}\``, defaultText ?? otherwise, text];
  });
  return [["Option", "Default", "What it does"], ["---", "---", "---"], ...rows];
}

function codesTable(source, name) {
  const declaration = source.statements.find((one) => ts.isTypeAliasDeclaration(one) && one.name.text === name);
  if (declaration === undefined) return undefined;
  const { types } = declaration.type;
  const rows = types.map((one, i) => {
    const comment = commentAt(source, types[i - 1]?.end ?? declaration.type.pos);
    return [`\`${one.getText().slice(1, -1)}\``, comment];
  });
  return [["`code`", "Meaning"], ["---", "---"], ...rows];
}

function closeCodesTable(source, name) {
  const declaration = source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .find((one) => one.name.getText() === name);
  if (declaration === undefined) return undefined;
  const rows = objectOf(declaration.initializer).properties.map((property) => {
    const [code, label] = objectOf(property.initializer).properties.map((one) => one.initializer.getText());
    return [
      code.replaceAll("_", ""),
      label === '""' ? "" : `\`${label.slice(1, -1)}\``,
      commentAt(source, property.getFullStart()),
    ];
  });
  return [["Code", "Name", "Meaning"], ["---", "---", "---"], ...rows];
}

/** The object literal behind `as const` and `satisfies`. */
function objectOf(node) {
  return ts.isObjectLiteralExpression(node) ? node : objectOf(node.expression);
}

/** The text of the doc comment that stands at a place of the source. */
function commentAt(source, position) {
  const ranges = ts.getLeadingCommentRanges(source.text, position) ?? [];
  const last = ranges.at(-1);
  if (last === undefined) return "";
  const text = source.text.slice(last.pos, last.end);
  const lines = text.replace(/^\/\*\*|\*\/$/g, "").split("\n");
  return lines
    .map((line) => line.replace(/^\s*\*? ?/, ""))
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
}

/** What a comment says, without the sentence on the default; and that. */
function splitDefault(comment) {
  const [, before, defaultText, after] = /^(.*?)\bDefault: (.*?)\.(?=\s|$)(.*)$/.exec(comment) ?? [];
  if (defaultText === undefined) return { text: comment, defaultText: undefined };
  return { text: `${before}${after}`.replace(/\s+/g, " ").trim(), defaultText };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const path of PAGES) writeFileSync(join(ROOT, path), (await fillTables(path)).filled);
}
