import {
  SchemaError,
  type Body,
  type Definition,
  type Schema,
  type Variant,
  type VariantBody,
} from "../../schema/index.js";
import { cratesOf } from "./crates.js";
import { namesOf } from "./names.js";
import { references } from "./order.js";
import { fieldName, isIdentifier, pathName, variantName } from "./rust-names.js";
import { RustTypes } from "./rust-types.js";

export interface RustOptions {
  /**
   * The path of the module that the text is for, beginning with the crate. Types of other crates and modules are then taken to be there already.
   * If it is not given: the crate that all types are of.
   */
  readonly module?: string | undefined;
}

/**
 * Rust definitions of the types of a schema, with serde's derives.
 *
 * @throws SchemaError for what Rust or serde cannot do, and for types of several crates
 */
export function printRust(schema: Schema, { module }: RustOptions = {}): string {
  return new RustPrinter(schema, module ?? crateOf(schema)).text();
}

/** A module with what is in it. */
interface ModuleText {
  readonly items: string[];
  readonly modules: Map<string, ModuleText>;
}

class RustPrinter {
  /** The path of the file; nothing if no type has a name. */
  readonly #base: readonly string[];
  readonly #names: ReadonlyMap<string, string>;
  #current: readonly string[] = [];
  readonly #types: RustTypes;

  constructor(
    private readonly schema: Schema,
    module: string | undefined,
  ) {
    this.#base = module === undefined ? [] : module.split("::");
    const taken = new Set([...schema.definitions.values()].map(({ rustName }) => rustName?.split("::").at(-1)));
    this.#names = namesOf(schema, (name) => taken.has(name));
    this.#types = new RustTypes(schema, (key) => this.#pathOf(key));
  }

  text(): string {
    const root: ModuleText = { items: [], modules: new Map() };
    for (const key of references(this.schema).order) {
      const definition = this.schema.definitions.get(key)!;
      const path = this.#fullPath(definition);
      if (!this.#isInside(path)) continue;
      this.#current = path.slice(0, -1);
      const home = this.#current.slice(this.#base.length).reduce(enter, root);
      home.items.push(this.#definition(definition, path.at(-1)!));
    }
    this.#current = this.#base;
    for (const { name, type } of this.schema.roots) {
      if (type.kind === "reference") continue;
      const text = this.#types.text(type, "", name ?? "the type");
      root.items.push(`pub type ${name === undefined ? "Value" : pathName(name)} = ${text};`);
    }
    const body = moduleText(root);
    return `${header(this.#base, body)}\n${body}\n`;
  }

  #fullPath({ key, rustName }: Definition): readonly string[] {
    if (rustName === undefined) return [...this.#base, this.#names.get(key)!];
    const path = rustName.split("::");
    if (path.every(isIdentifier)) return path;
    throw new SchemaError(`${rustName} is not the name of a definition`, {
      advice: "Types with parameters, and those inside of functions, are written by hand in Rust.",
    });
  }

  #isInside(path: readonly string[]): boolean {
    return path.length > this.#base.length && this.#base.every((part, i) => part === path[i]);
  }

  #pathOf(key: string): string {
    const path = this.#fullPath(this.schema.definitions.get(key)!);
    const home = path.slice(0, -1);
    if (home.join("::") === this.#current.join("::")) return pathName(path.at(-1)!);
    const isOwnCrate = path[0] === this.#base[0];
    return [isOwnCrate ? "crate" : pathName(path[0]!), ...path.slice(1).map(pathName)].join("::");
  }

  #definition({ key, rustName, docs, body }: Definition, name: string): string {
    const where = rustName ?? name;
    const derived = ["Clone", "PartialEq", "Eq", "Hash"].filter((trait) =>
      this.#types.traits.of(key).includes(trait as never),
    );
    const ordered = this.#types.traits.of(key).includes("Ord") ? ["PartialOrd", "Ord"] : [];
    const derives = ["Debug", ...derived, ...ordered, "serde::Serialize", "serde::Deserialize"];
    const repr = body.kind === "enum" && body.repr !== undefined ? `#[repr(${body.repr})]\n` : "";
    const head = `${docsText(docs)}#[derive(${derives.join(", ")})]\n${repr}pub`;
    return `${head} ${this.#body(body, pathName(name), key, where)}`;
  }

  #body(body: Body, name: string, owner: string, where: string): string {
    switch (body.kind) {
      case "unit":
        return `struct ${name};`;
      case "tuple":
        return `struct ${name}${this.#items(body, owner, where, "pub ")};`;
      case "struct":
        return `struct ${name} ${this.#fields(body, owner, where, "pub ")}`;
      case "enum":
        return `enum ${name} ${this.#variants(body.variants, owner, where)}`;
    }
  }

  #items(body: VariantBody & { kind: "tuple" }, owner: string, where: string, visibility: string): string {
    const items = body.items.map((item, i) => visibility + this.#types.text(item, owner, `${where}.${i}`));
    return `(${items.join(", ")})`;
  }

  #fields(body: VariantBody & { kind: "struct" }, owner: string, where: string, visibility: string): string {
    const used = new Set<string>();
    return block(
      body.fields.map(({ name, docs, type }) => {
        const { text, rename } = fieldName(name, (free) => !used.has(free));
        used.add(text.replace(/^r#/, ""));
        return `${docsText(docs)}${renameText(rename)}${visibility}${text}: ${this.#types.text(type, owner, `${where}.${name}`)},`;
      }),
    );
  }

  #variants(variants: readonly Variant[], owner: string, where: string): string {
    const used = new Set<string>();
    return block(
      variants.map(({ name, docs, body, discriminant }) => {
        const { text, rename } = variantName(name, (free) => !used.has(free));
        used.add(text.replace(/^r#/, ""));
        const inside = this.#variant(body, owner, `${where}.${name}`);
        const number = discriminant === undefined ? "" : ` = ${discriminant}`;
        return `${docsText(docs)}${renameText(rename)}${text}${inside}${number},`;
      }),
    );
  }

  #variant(body: VariantBody, owner: string, where: string): string {
    switch (body.kind) {
      case "unit":
        return "";
      case "tuple":
        return this.#items(body, owner, where, "");
      case "struct":
        return ` ${this.#fields(body, owner, where, "")}`;
    }
  }
}

/** The one crate of all types with a name. */
function crateOf(schema: Schema): string | undefined {
  const names = [...schema.definitions.values()].flatMap(({ rustName }) => rustName ?? []);
  const crates = [...new Set(names.map((name) => name.split("::", 1)[0]!))];
  if (crates.length <= 1) return crates[0];
  throw new SchemaError(`these are types of several crates: ${crates.join(", ")}`, {
    advice: `Say which one to write: --module ${crates[0]}. The others are then taken to be there.`,
  });
}

function enter(module: ModuleText, name: string): ModuleText {
  const inner = module.modules.get(name) ?? { items: [], modules: new Map<string, ModuleText>() };
  module.modules.set(name, inner);
  return inner;
}

function moduleText({ items, modules }: ModuleText): string {
  const inner = [...modules].map(([name, module]) => `pub mod ${pathName(name)} ${block([moduleText(module)])}`);
  return [...items, ...inner].join("\n\n");
}

function header(base: readonly string[], body: string): string {
  const place =
    base.length === 0
      ? "// The types have no names in Rust: give ids to what is made of them."
      : base.length === 1
        ? `// This is for the root of the crate \`${base[0]}\` (src/lib.rs, src/main.rs): elsewhere the names, and ids made of them, would be others.`
        : `// This is for the module \`${base.join("::")}\`: elsewhere the names, and ids made of them, would be others.`;
  const crates = cratesOf(body).map((line) => `//   ${line}`);
  return ["// Made by `mosaik types`.", place, "// Cargo.toml:", ...crates, ""].join("\n");
}

function renameText(rename: string | undefined): string {
  return rename === undefined ? "" : `#[serde(rename = ${rustText(rename)})]\n`;
}

function rustText(text: string): string {
  const escaped = text.replace(/["\\]|[\p{C}]/gu, (character) =>
    character === '"' || character === "\\" ? `\\${character}` : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
  return `"${escaped}"`;
}

function block(entries: readonly string[]): string {
  if (entries.length === 0) return "{}";
  return `{\n${entries.map((text) => text.replace(/^(?=.)/gm, "    ")).join("\n")}\n}`;
}

function docsText(docs: string | undefined): string {
  if (docs === undefined || docs === "") return "";
  return `${docs
    .split("\n")
    .map((text) => `/// ${text}`.trimEnd())
    .join("\n")}\n`;
}
