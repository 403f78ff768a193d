import {
  builtin,
  hasUndefined,
  isLabel,
  type Body,
  type Definition,
  type Schema,
  type Type,
  type VariantBody,
} from "../../schema/index.js";
import { namesOf } from "./names.js";
import { references, type References } from "./order.js";

export interface TypeScriptOptions {
  /** JavaScript: without types. */
  readonly isPlain?: boolean;
  /** 64-bit integers as numbers, which are refused beyond ±(2^53-1). */
  readonly safeIntegers?: boolean;
}

const WIDE: ReadonlySet<string> = new Set(["u64", "usize", "i64", "isize"]);
const IMPORTED: readonly string[] = ["digestCodec", "peerIdCodec", "Digest", "PeerId"];
/** What a generated module, or the types in it, already call something. */
const TAKEN: ReadonlySet<string> = new Set([
  ...["t", "Codec", "Array", "Map", "Set", "Uint8Array", "undefined", "Object", "Promise", "Infer", ...IMPORTED],
  ...["await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else"],
  ...["enum", "export", "extends", "false", "finally", "for", "function", "if", "import", "in", "instanceof", "let"],
  ...["new", "null", "return", "static", "super", "switch", "this", "throw", "true", "try", "typeof", "var", "void"],
  ...["while", "with", "yield", "any", "bigint", "boolean", "never", "number", "object", "string", "symbol", "unknown"],
]);

/** A TypeScript module that exports the codecs of a schema, each with the type of its values. */
export function printTypeScript(schema: Schema, options: TypeScriptOptions = {}): string {
  return new TypeScriptPrinter(schema, options).module();
}

class TypeScriptPrinter {
  readonly #names: ReadonlyMap<string, string>;
  readonly #references: References;
  readonly #done = new Set<string>();

  constructor(
    private readonly schema: Schema,
    private readonly options: TypeScriptOptions,
  ) {
    this.#names = namesOf(schema, (name) => TAKEN.has(name));
    this.#references = references(schema);
  }

  module(): string {
    const items = this.#references.order.filter((key) => this.#isApart(key)).map((key) => this.#definition(key));
    const used = new Set(this.#names.values());
    for (const { name, type } of this.schema.roots) {
      if (type.kind === "reference" && this.#isApart(type.key)) continue;
      const wished = name ?? "Value";
      let own = wished;
      for (let count = 2; used.has(own) || TAKEN.has(own); count++) own = `${wished}${count}`;
      used.add(own);
      items.push(this.#export(own, undefined, this.codec(type)));
    }
    const body = items.join("\n\n");
    const imports = IMPORTED.filter((name) => new RegExp(`\\b${name}\\b`).test(body)).map((name) =>
      name.endsWith("Codec") ? name : `type ${name}`,
    );
    const codec = /: Codec</.test(body) ? ["type Codec"] : [];
    return `${HEADER}\nimport { ${[...imports, "t", ...codec].join(", ")} } from "mosaik";\n\n${body}\n`;
  }

  #definition(key: string): string {
    const { docs, body } = this.schema.definitions.get(key)!;
    const name = this.#names.get(key)!;
    const codec = this.#body(this.schema.definitions.get(key)!);
    this.#done.add(key);
    if (!this.#isRecursive(key) || this.options.isPlain) return this.#export(name, docs, codec);
    const type = `export type ${name} = ${this.#bodyValue(body)};`;
    return `${docsText(docs)}${type}\nexport const ${name}: Codec<${name}> = ${codec};`;
  }

  #export(name: string, docs: string | undefined, codec: string): string {
    const type = this.options.isPlain ? "" : `\nexport type ${name} = t.Infer<typeof ${name}>;`;
    return `${docsText(docs)}export const ${name} = ${codec};${type}`;
  }

  /** Whether a definition has a name of its own in the module. */
  #isApart(key: string): boolean {
    if (!isLabel(key) || this.#isRecursive(key)) return true;
    return this.schema.roots.some(
      ({ name, type }) => name !== undefined && type.kind === "reference" && type.key === key,
    );
  }

  #isRecursive(key: string): boolean {
    return this.#references.isRecursive(key);
  }

  /** The expression that makes a codec. */
  codec(type: Type): string {
    switch (type.kind) {
      case "array":
        return `t.array(${this.codec(type.item)}, ${type.length})`;
      case "tuple":
        return `t.tuple(${this.#codecs(type.items)})`;
      case "reference":
        return this.#reference(type.key);
      case "builtin": {
        if (this.options.safeIntegers && WIDE.has(type.name)) return `t.${type.name}.asNumber()`;
        if (type.name === "option" && hasUndefined(this.schema, type.args[0]!)) {
          return `t.nestedOption(${this.codec(type.args[0]!)})`;
        }
        return builtin(type.name).codec(...type.args.map((arg) => this.codec(arg)));
      }
    }
  }

  #reference(key: string): string {
    if (!this.#isApart(key)) return this.#body(this.schema.definitions.get(key)!);
    const name = this.#names.get(key)!;
    if (this.#done.has(key)) return name;
    const { rustName } = this.schema.definitions.get(key)!;
    return `t.lazy(() => ${name}${rustName === undefined ? "" : `, ${JSON.stringify(rustName)}`})`;
  }

  #codecs(types: readonly Type[]): string {
    return types.map((type) => this.codec(type)).join(", ");
  }

  #body({ rustName, body }: Definition): string {
    const name = rustName === undefined ? "" : `${JSON.stringify(rustName)}, `;
    switch (body.kind) {
      case "unit":
        return `t.unitStruct(${rustName === undefined ? "" : JSON.stringify(rustName)})`;
      case "struct":
        return `t.struct(${name}${this.#variantBody(body, true)})`;
      case "tuple":
        return rustName === undefined ? this.#variant(body) : `t.newtype(${name}${this.#variant(body)})`;
      case "enum": {
        const variants = body.variants.map(({ name, docs, body }) => entry(name, this.#variant(body), docs));
        return `t.enum(${name}${block(variants)}${enumOptions(body, rustName)})`;
      }
    }
  }

  #variant(body: VariantBody): string {
    switch (body.kind) {
      case "unit":
        return "t.unit";
      case "struct":
        return `t.struct(${this.#variantBody(body, false)})`;
      case "tuple":
        return body.items.length === 1 ? this.codec(body.items[0]!) : `t.tuple(${this.#codecs(body.items)})`;
    }
  }

  #variantBody(body: VariantBody & { kind: "struct" }, isBlock: boolean): string {
    const fields = body.fields.map(({ name, docs, type }) => entry(name, this.codec(type), docs));
    return isBlock || body.fields.some(({ docs }) => docs !== undefined) ? block(fields) : line(fields);
  }

  /** The type of a codec's values, where TypeScript cannot infer it. */
  #value(type: Type): string {
    switch (type.kind) {
      case "array":
        return isByte(type.item) ? "Uint8Array" : `Array<${this.#value(type.item)}>`;
      case "tuple":
        return `[${type.items.map((item) => this.#value(item)).join(", ")}]`;
      case "reference":
        return this.#isApart(type.key)
          ? this.#names.get(type.key)!
          : this.#bodyValue(this.schema.definitions.get(type.key)!.body);
      case "builtin": {
        const [first] = type.args;
        if (this.options.safeIntegers && WIDE.has(type.name)) return "number";
        if ((type.name === "vec" || type.name === "slice") && isByte(first!)) return "Uint8Array";
        const values = type.args.map((arg) => this.#value(arg));
        if (type.name === "option" && hasUndefined(this.schema, first!)) return `{ some: ${values[0]} } | undefined`;
        return builtin(type.name).value(...values.map((value) => (value.includes("|") ? `(${value})` : value)));
      }
    }
  }

  #bodyValue(body: Body): string {
    switch (body.kind) {
      case "unit":
        return "undefined";
      case "tuple": {
        const items = body.items.map((item) => this.#value(item));
        return items.length === 1 ? items[0]! : `[${items.join(", ")}]`;
      }
      case "struct":
        return `{ ${body.fields.map(({ name, type }) => `${propertyName(name)}: ${this.#value(type)}`).join("; ")} }`;
      case "enum":
        return body.variants.length === 0
          ? "never"
          : body.variants.map(({ name, body }) => this.#variantValue(name, body)).join(" | ");
    }
  }

  #variantValue(name: string, body: VariantBody): string {
    const value = body.kind === "unit" ? "value?: undefined" : `value: ${this.#bodyValue(body)}`;
    return `{ kind: ${JSON.stringify(name)}; ${value} }`;
  }
}

const HEADER = "// Made by `mosaik types`. The names in quotes are those of Rust: ids are made of them.";

function enumOptions(body: Body & { kind: "enum" }, rustName: string | undefined): string {
  if (rustName === undefined) return "";
  const given = body.variants.filter(({ discriminant }) => discriminant !== undefined);
  const discriminants = given.map(({ name, discriminant }) => `${propertyName(name)}: ${discriminant}n`);
  const parts = [
    ...(given.length === 0 ? [] : [`discriminants: { ${discriminants.join(", ")} }`]),
    ...(body.repr === undefined ? [] : [`repr: "${body.repr}"`]),
  ];
  return parts.length === 0 ? "" : `, { ${parts.join(", ")} }`;
}

function isByte(type: Type): boolean {
  return type.kind === "builtin" && type.name === "u8";
}

function entry(name: string, codec: string, docs: string | undefined): string {
  return `${docsText(docs)}${propertyName(name)}: ${codec},`;
}

function block(entries: readonly string[]): string {
  if (entries.length === 0) return "{}";
  return `{\n${entries.map((text) => text.replace(/^/gm, "  ")).join("\n")}\n}`;
}

function line(entries: readonly string[]): string {
  return entries.length === 0 ? "{}" : `{ ${entries.join(" ").replace(/,$/, "")} }`;
}

function propertyName(name: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}

function docsText(docs: string | undefined): string {
  if (docs === undefined || docs === "") return "";
  const lines = docs.replaceAll("*/", "* /").split("\n");
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((text) => ` * ${text}`.trimEnd()).join("\n")}\n */\n`;
}
