import { Cursor } from "./cursor.js";
import type { RustSource } from "./errors.js";
import type { Attribute, RustBody, RustData, RustField, RustItem, RustVariant } from "./syntax.js";

/** The longest file that is read, in UTF-16 units. */
const LENGTH_MAX = 4 * 1024 * 1024;
/** What may stand in front of an item. */
const MODIFIERS = ["async", "const", "default", "extern", "unsafe", "auto"];

/**
 * The items of a Rust file that say something of data: structs, enums, aliases, constants, modules, imports, and who implements what.
 * Everything else is passed over.
 *
 * @throws RustSourceError
 */
export function parseRust(source: RustSource): RustItem[] {
  const cursor = new Cursor(source);
  if (source.text.length > LENGTH_MAX) throw cursor.wrong(`a file of more than ${LENGTH_MAX} characters`, 0);
  const items = parseItems(cursor);
  if (!cursor.isDone) throw cursor.expected("an item");
  return items;
}

/** Items up to a closing brace, or the end. */
function parseItems(cursor: Cursor): RustItem[] {
  const items: RustItem[] = [];
  while (!cursor.isDone && !cursor.isAt("}")) {
    const { attributes, docs } = description(cursor);
    if (cursor.isDone || cursor.isAt("}")) break;
    visibility(cursor);
    const isOfTests = attributes.some(
      ({ name, tokens }) => name === "cfg" && tokens.map(({ text }) => text).join("") === "test",
    );
    const found = parseItem(cursor, attributes, docs);
    if (!isOfTests) items.push(...found);
  }
  return items;
}

function parseItem(cursor: Cursor, attributes: readonly Attribute[], docs: string | undefined): RustItem[] {
  const at = cursor.peek.offset;
  const keyword = cursor.peek.kind === "name" ? cursor.peek.text : "";
  switch (keyword) {
    case "struct":
    case "enum":
      cursor.take();
      return [data(cursor, keyword, { attributes, docs, at })];
    case "type": {
      cursor.take();
      const name = cursor.name();
      const genericsAt = cursor.generics();
      cursor.expect("=");
      const type = cursor.type();
      cursor.expect(";");
      return [{ kind: "alias", name, genericsAt, type, at }];
    }
    case "use":
      cursor.take();
      return cursor.nested(() => uses(cursor, []));
    case "mod": {
      cursor.take();
      const name = cursor.name();
      if (cursor.takeIf(";")) return [];
      cursor.expect("{");
      const items = cursor.nested(() => parseItems(cursor));
      cursor.expect("}");
      return [{ kind: "module", name, items }];
    }
    case "impl":
      return implementation(cursor);
    case "const":
      return constant(cursor);
    default:
      pass(cursor);
      return [];
  }
}

function data(
  cursor: Cursor,
  keyword: "struct" | "enum",
  described: Pick<RustData, "attributes" | "docs" | "at">,
): RustData {
  const name = cursor.name();
  const genericsAt = cursor.generics();
  if (cursor.isAt("where")) cursor.until("{", ";", "(");
  if (keyword === "enum") {
    cursor.expect("{");
    const variants = listed(cursor, "}", () => variant(cursor));
    return { kind: "data", name, genericsAt, ...described, body: { kind: "enum", variants } };
  }
  const struct = body(cursor);
  if (cursor.isAt("where")) cursor.until(";");
  if (struct.kind !== "struct") cursor.expect(";");
  return { kind: "data", name, genericsAt, ...described, body: struct };
}

function variant(cursor: Cursor): RustVariant {
  const { attributes, docs } = description(cursor);
  const at = cursor.peek.offset;
  const name = cursor.name();
  const fields = body(cursor);
  const discriminant = cursor.takeIf("=") ? cursor.until(",", "}") : undefined;
  return { name, attributes, docs, at, body: fields, discriminant };
}

function body(cursor: Cursor): RustBody {
  if (cursor.takeIf("{")) return { kind: "struct", fields: listed(cursor, "}", () => field(cursor, true)) };
  if (cursor.takeIf("(")) return { kind: "tuple", fields: listed(cursor, ")", () => field(cursor, false)) };
  return { kind: "unit", fields: [] };
}

function field(cursor: Cursor, isNamed: boolean): RustField {
  const { attributes, docs } = description(cursor);
  visibility(cursor);
  const at = cursor.peek.offset;
  const name = isNamed ? cursor.name() : undefined;
  if (isNamed) cursor.expect(":");
  return { name, attributes, docs, at, type: cursor.type() };
}

function listed<T>(cursor: Cursor, end: string, read: () => T): T[] {
  const items: T[] = [];
  while (!cursor.takeIf(end)) {
    items.push(read());
    if (!cursor.takeIf(",") && !cursor.isAt(end)) throw cursor.expected(`, or ${end}`);
  }
  return items;
}

/** Attributes and doc comments in front of something. */
function description(cursor: Cursor): { attributes: readonly Attribute[]; docs: string | undefined } {
  const attributes: Attribute[] = [];
  const docs: string[] = [];
  for (;;) {
    if (cursor.peek.kind === "docs") {
      docs.push(cursor.take().text);
    } else if (cursor.takeIf("#")) {
      const isInner = cursor.takeIf("!");
      const at = cursor.peek.offset;
      if (!cursor.isAt("[")) throw cursor.expected("[");
      if (!isInner) attributes.push(...attribute(cursor, at));
      else cursor.group();
    } else {
      return { attributes, docs: docs.length === 0 ? undefined : docs.join("\n").trim() };
    }
  }
}

function attribute(cursor: Cursor, at: number): Attribute[] {
  const [first, second, ...rest] = cursor.group();
  if (first === undefined) return [];
  // #[name(…)]; of any other form only the name counts.
  const inside = second?.text === "(" ? rest.slice(0, -1) : [];
  return [{ name: first.text, tokens: inside, at }];
}

function visibility(cursor: Cursor): void {
  if (cursor.takeIf("pub") && cursor.isAt("(")) {
    // `pub (u8, u8)` is a field of a tuple.
    const first = cursor.ahead(1)?.text ?? "";
    if (["crate", "super", "self", "in"].includes(first)) cursor.group();
  }
}

function uses(cursor: Cursor, prefix: readonly string[]): RustItem[] {
  const path = [...prefix];
  cursor.takeIf("::");
  for (;;) {
    if (cursor.takeIf("{")) {
      const inner = listed(cursor, "}", () => cursor.nested(() => uses(cursor, path))).flat();
      end(cursor, prefix);
      return inner;
    }
    if (cursor.takeIf("*")) {
      end(cursor, prefix);
      return [{ kind: "use", path, name: "*" }];
    }
    const segment = cursor.name();
    if (segment !== "self" || path.length === 0) path.push(segment);
    if (!cursor.takeIf("::")) break;
  }
  const name = cursor.takeIf("as") ? cursor.name() : path.at(-1)!;
  end(cursor, prefix);
  return [{ kind: "use", path, name }];
}

/** The outermost import ends with a semicolon. */
function end(cursor: Cursor, prefix: readonly string[]): void {
  if (prefix.length === 0 && !cursor.isAt(",") && !cursor.isAt("}")) cursor.expect(";");
}

function implementation(cursor: Cursor): RustItem[] {
  const at = cursor.take().offset;
  cursor.generics();
  const head = cursor.until("{", ";");
  if (!cursor.takeIf(";") && cursor.isAt("{")) cursor.group();
  const split = head.findIndex(({ kind, text }) => kind === "name" && text === "for");
  if (split < 0) return [];
  const nameOf = (tokens: typeof head) => {
    const open = tokens.findIndex(({ text }) => text === "<");
    return tokens.slice(0, open < 0 ? undefined : open).findLast(({ kind }) => kind === "name")?.text;
  };
  const beforeWhere = head.slice(split + 1, indexOr(head, "where"));
  const [trait, type] = [nameOf(head.slice(0, split)), nameOf(beforeWhere)];
  return trait === undefined || type === undefined ? [] : [{ kind: "impl", trait, type, at }];
}

function indexOr(tokens: readonly { readonly text: string }[], text: string): number | undefined {
  const index = tokens.findIndex((token) => token.text === text);
  return index < 0 ? undefined : index;
}

/** `const NAME: Type = value;`, or a function that is const. */
function constant(cursor: Cursor): RustItem[] {
  cursor.take();
  if (cursor.peek.kind !== "name" || ["fn", ...MODIFIERS].includes(cursor.peek.text)) {
    pass(cursor);
    return [];
  }
  const name = cursor.take().text;
  cursor.until("=", ";");
  if (!cursor.takeIf("=")) return [];
  const value = cursor.until(";");
  cursor.expect(";");
  return [{ kind: "const", name, value }];
}

/** Passes over an item that is not data: to its semicolon, or to the end of its braces. */
function pass(cursor: Cursor): void {
  cursor.until("{", ";");
  if (!cursor.takeIf(";") && cursor.isAt("{")) cursor.group();
}
