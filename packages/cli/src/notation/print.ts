import type { Codec } from "mosaik";
import {
  findBuiltin,
  isLabel,
  partsOfBody,
  referencesOf,
  schemaOf,
  type Body,
  type Schema,
  type Type,
  type VariantBody,
} from "../schema/index.js";
import { isPlainName } from "./tokens.js";

const KEYWORDS: ReadonlySet<string> = new Set(["struct", "enum"]);

/**
 * The notation of a codec: what `parseNotation` makes the same codec of, as far as bytes and Rust names go. Refinements, and other types
 * of values in TypeScript, are not part of it.
 *
 * @throws SchemaError for a codec with code of its own
 */
export function printNotation(codec: Codec<unknown>): string {
  return printSchema(schemaOf(new Map([[undefined, codec]])));
}

/** The definitions of a schema in the notation, and its roots, the last of them at the end. */
export function printSchema(schema: Schema, separator = "; "): string {
  const printer = new Printer(schema);
  const roots = schema.roots.map(({ type }) => type);
  const last = roots.at(-1);
  const shown = [...schema.definitions.keys()].filter((key) => printer.isApart(key) && !isReferenceTo(last, key));
  const lines = shown.map((key) => printer.definition(key));
  for (const root of roots) {
    const isShown = root !== last && root.kind === "reference" && printer.isApart(root.key);
    if (!isShown) lines.push(root.kind === "reference" ? printer.definition(root.key) : printer.type(root));
  }
  return lines.join(separator);
}

class Printer {
  constructor(private readonly schema: Schema) {}

  /** Whether a definition is printed for itself, and not where it is used. */
  isApart(key: string): boolean {
    const { body } = this.schema.definitions.get(key)!;
    return !isLabel(key) || (body.kind !== "struct" && body.kind !== "enum") || this.#isRecursive(key);
  }

  definition(key: string): string {
    const { body } = this.schema.definitions.get(key)!;
    const name = isLabel(key) && !this.isApart(key) ? "" : nameText(key);
    return this.#body(name, body);
  }

  type(type: Type): string {
    switch (type.kind) {
      case "array":
        return `[${this.type(type.item)};${type.length}]`;
      case "tuple":
        return `(${this.#list(type.items)}${type.items.length === 1 ? "," : ""})`;
      case "reference":
        return this.isApart(type.key) ? nameText(type.key) : this.definition(type.key);
      case "builtin":
        return this.#builtin(type.name, type.args);
    }
  }

  #builtin(name: string, args: readonly Type[]): string {
    switch (name) {
      case "unit":
        return "()";
      case "vec":
        return `[${this.#list(args)}]`;
      case "ref":
        return `&${this.type(args[0]!)}`;
      case "option": {
        const [inner] = args as [Type];
        // `&T?` is the reference to an option.
        const isReference = inner.kind === "builtin" && inner.name === "ref";
        return isReference ? `option<${this.type(inner)}>` : `${this.type(inner)}?`;
      }
      default:
        return args.length === 0 ? name : `${name}<${this.#list(args)}>`;
    }
  }

  #body(name: string, body: Body): string {
    if (body.kind === "unit") return `struct ${name}`;
    if (body.kind !== "enum") return `${name}${this.#variantBody(body)}`;
    const repr = body.repr === undefined ? "" : `:${body.repr}`;
    const variants = body.variants.map(({ name, body, discriminant }) => {
      const number = discriminant === undefined ? "" : `=${discriminant}`;
      return `${fieldText(name)}${this.#variantBody(body)}${number}`;
    });
    return `enum${name === "" ? "" : " "}${name}${repr}{${variants.join(",")}}`;
  }

  #variantBody(body: VariantBody): string {
    switch (body.kind) {
      case "unit":
        return "";
      case "tuple":
        return `(${this.#list(body.items)})`;
      case "struct":
        return `{${body.fields.map(({ name, type }) => `${fieldText(name)}:${this.type(type)}`).join(",")}}`;
    }
  }

  #list(types: readonly Type[]): string {
    return types.map((type) => this.type(type)).join(",");
  }

  #isRecursive(key: string): boolean {
    const seen = new Set<string>();
    const waiting = [key];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const { type } of partsOfBody(this.schema.definitions.get(next)!.body)) {
        for (const reference of referencesOf(type)) {
          if (reference === key) return true;
          if (!seen.has(reference)) waiting.push(reference);
          seen.add(reference);
        }
      }
    }
    return false;
  }
}

function isReferenceTo(type: Type | undefined, key: string): boolean {
  return type?.kind === "reference" && type.key === key;
}

/** The name of a type, in quotes where it could be taken for something else. */
function nameText(name: string): string {
  if (isLabel(name)) return name;
  const isPlain = isPlainName(name) && !KEYWORDS.has(name) && findBuiltin(name) === undefined;
  return isPlain ? name : JSON.stringify(name);
}

function fieldText(name: string): string {
  return isPlainName(name) && !name.includes("::") ? name : JSON.stringify(name);
}
