import type { IntegerType } from "@mosaik/postcard";
import {
  findBuiltin,
  INTEGER_TYPES,
  isLabel,
  type Builtin,
  type Definition,
  type EnumBody,
  type Field,
  type Type,
  type Variant,
  type VariantBody,
} from "../schema/index.js";
import { NotationError } from "./errors.js";
import { tokensOf, type Token } from "./tokens.js";

/** How deep brackets may nest in a text. */
const NESTING_MAX = 64;

/** Reads the grammar of docs/reference/notation.md, a rule by method. */
export class Parser {
  readonly definitions = new Map<string, Definition>();
  /** The names that were used, wherever they are defined. */
  readonly references: { readonly key: string; readonly at: number }[] = [];
  readonly #tokens: readonly Token[];
  #next = 0;
  #nesting = 0;
  #unnamed = 0;

  constructor(private readonly source: string) {
    this.#tokens = tokensOf(source);
  }

  /** `type { ";" type } [ ";" ]`: the last one. */
  text(): Type {
    let last = this.#type();
    while (this.#take(";") && this.#peek.kind !== "end") last = this.#type();
    if (this.#peek.kind !== "end") throw this.#expected("the end, or ; and another type");
    return last;
  }

  /** `primary { "?" }` */
  #type(): Type {
    if (++this.#nesting > NESTING_MAX) throw this.#wrong(`more than ${NESTING_MAX} types within each other`);
    const at = this.#peek.offset;
    let type = this.#primary();
    for (let count = 1; this.#take("?"); count++) {
      if (count > NESTING_MAX) throw this.#wrong(`more than ${NESTING_MAX} question marks`);
      type = { kind: "builtin", name: "option", args: [type], at };
    }
    this.#nesting--;
    return type;
  }

  #primary(): Type {
    const token = this.#peek;
    const at = token.offset;
    switch (token.kind === "mark" || token.kind === "name" ? token.text : "") {
      case "(":
        return this.#tuple(at);
      case "[":
        return this.#sequence(at);
      case "&":
        this.#next++;
        return { kind: "builtin", name: "ref", args: [this.#type()], at };
      case "{":
        return this.#define(undefined, at, this.#fields());
      case "struct":
        this.#next++;
        return this.#struct(at);
      case "enum":
        this.#next++;
        return this.#define(this.#optionalName(), at, this.#enumBody());
      default:
        return this.#named(this.#name("a type"), at);
    }
  }

  /** `()`, `(T,)`, `(A, B)`; `(T)` is T. */
  #tuple(at: number): Type {
    const { items, hasComma } = this.#items();
    if (items.length === 0) return { kind: "builtin", name: "unit", args: [], at };
    return items.length === 1 && !hasComma ? items[0]! : { kind: "tuple", items, at };
  }

  /** `[T]` or `[T; 4]` */
  #sequence(at: number): Type {
    this.#next++;
    const item = this.#type();
    if (!this.#take(";")) {
      this.#expect("]", "] or ; and a length");
      return { kind: "builtin", name: "vec", args: [item], at };
    }
    const length = Number(this.#integer("a length"));
    if (!(length >= 0 && length <= 0xffff_ffff)) throw this.#wrong("a length is from 0 to 4294967295", -1);
    this.#expect("]");
    return { kind: "array", item, length, at };
  }

  /** What follows `struct`: a name, fields, items, or a name alone for a unit struct. */
  #struct(at: number): Type {
    const name = this.#optionalName();
    if (this.#isAt("{")) return this.#define(name, at, this.#fields());
    if (this.#isAt("(")) return this.#define(name, at, { kind: "tuple", items: this.#items().items });
    if (name === undefined) throw this.#expected("the name of a struct, or {");
    return this.#define(name, at, { kind: "unit" });
  }

  /** A name with what follows it: a definition, a built-in type, or a reference. */
  #named(name: Token, at: number): Type {
    if (this.#isAt("{")) return this.#define(name, at, this.#fields());
    if (this.#isAt("(")) return this.#define(name, at, { kind: "tuple", items: this.#items().items });
    const builtin = name.kind === "name" ? findBuiltin(name.text) : undefined;
    if (builtin !== undefined) return this.#builtin(builtin, at);
    if (this.#isAt("<")) {
      throw this.#wrong(
        `${name.text} is no built-in type`,
        0,
        `A type of your own with parameters has its whole name in quotes: "${name.text}<u64>"{…}`,
      );
    }
    this.references.push({ key: name.text, at });
    return { kind: "reference", key: name.text, at };
  }

  #builtin({ name, arity }: Builtin, at: number): Type {
    const args: Type[] = [];
    if (arity > 0) {
      this.#expect("<", `< and ${arity === 1 ? "the type" : "the types"} that ${name} is of`);
      while (args.length < arity) {
        if (args.length > 0) this.#expect(",", `, and the next of the ${arity} types that ${name} is of`);
        args.push(this.#type());
      }
      this.#take(",");
      this.#expect(">");
    }
    return { kind: "builtin", name, args, at };
  }

  #define(name: Token | undefined, at: number, body: Definition["body"]): Type {
    if (name?.kind === "name" && findBuiltin(name.text) !== undefined) {
      const advice = `Types of your own have a path, such as demo::${name.text}; "${name.text}" in quotes is taken as it is.`;
      throw new NotationError({ text: this.source }, name.offset, `${name.text} is a built-in type`, advice);
    }
    // The blank keeps these apart from all labels that a text can have.
    const key = name?.text ?? `@ ${++this.#unnamed}`;
    if (this.definitions.has(key)) {
      throw new NotationError({ text: this.source }, name!.offset, `${key} is defined twice`);
    }
    this.definitions.set(key, { key, rustName: isLabel(key) ? undefined : key, body, at });
    return { kind: "reference", key, at };
  }

  /** `[ ":" integer type ] "{" variants "}"` */
  #enumBody(): EnumBody {
    let repr: IntegerType | undefined;
    if (this.#take(":")) {
      const token = this.#name("an integer type");
      repr = INTEGER_TYPES.find((type) => type === token.text);
      if (repr === undefined) throw this.#wrong("the discriminants of an enum have an integer type", -1);
    }
    this.#expect("{");
    const variants = this.#list("}", (): Variant => {
      const { text } = this.#name("a variant");
      const body: VariantBody = this.#isAt("{")
        ? this.#fields()
        : this.#isAt("(")
          ? { kind: "tuple", items: this.#items().items }
          : { kind: "unit" };
      const discriminant = this.#take("=") ? BigInt(this.#integer("an integer")) : undefined;
      return { name: text, body, discriminant };
    });
    return { kind: "enum", variants, repr };
  }

  #fields(): VariantBody & { kind: "struct" } {
    this.#expect("{");
    const fields = this.#list("}", (): Field => {
      const { text } = this.#name("a field");
      this.#expect(":", ": and the type of the field");
      return { name: text, type: this.#type() };
    });
    return { kind: "struct", fields };
  }

  #items(): { items: Type[]; hasComma: boolean } {
    this.#expect("(");
    const items: Type[] = [];
    let hasComma = false;
    while (!this.#take(")")) {
      if (items.length > 0 && !hasComma) throw this.#expected(", or )");
      items.push(this.#type());
      hasComma = this.#take(",");
    }
    return { items, hasComma };
  }

  /** Named things with commas between, and one behind them if one likes, up to `end`. */
  #list<T extends { readonly name: string }>(end: string, read: () => T): T[] {
    const items: T[] = [];
    const names = new Set<string>();
    while (!this.#take(end)) {
      const start = this.#peek.offset;
      const item = read();
      if (names.has(item.name)) {
        throw new NotationError({ text: this.source }, start, `there are two called ${item.name}`);
      }
      names.add(item.name);
      items.push(item);
      if (!this.#take(",") && !this.#isAt(end)) throw this.#expected(`, or ${end}`);
    }
    return items;
  }

  #optionalName(): Token | undefined {
    return ["name", "quoted", "label"].includes(this.#peek.kind) ? this.#name("a name") : undefined;
  }

  #name(what: string): Token {
    const token = this.#peek;
    if (token.kind !== "name" && token.kind !== "quoted" && token.kind !== "label") throw this.#expected(what);
    this.#next++;
    return token;
  }

  #integer(what: string): string {
    const token = this.#peek;
    if (token.kind !== "number") throw this.#expected(what);
    this.#next++;
    return token.text;
  }

  get #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #isAt(mark: string): boolean {
    return this.#peek.kind === "mark" && this.#peek.text === mark;
  }

  #take(mark: string): boolean {
    if (!this.#isAt(mark)) return false;
    this.#next++;
    return true;
  }

  #expect(mark: string, what: string = mark): void {
    if (!this.#take(mark)) throw this.#expected(what);
  }

  #expected(what: string): NotationError {
    const { kind, text } = this.#peek;
    return this.#wrong(
      `expected ${what}, found ${kind === "end" ? "the end" : kind === "quoted" ? JSON.stringify(text) : text}`,
    );
  }

  /** An error at the next token, or at one before or after it. */
  #wrong(reason: string, ahead = 0, advice?: string): NotationError {
    return new NotationError({ text: this.source }, this.#tokens[this.#next + ahead]!.offset, reason, advice);
  }
}
