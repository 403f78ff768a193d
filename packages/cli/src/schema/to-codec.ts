import { t, type Codec } from "mosaik";
import { builtin } from "./builtins.js";
import { SchemaError } from "./errors.js";
import { checkExtent } from "./limits.js";
import type { Body, Definition, EnumBody, Schema, Type, VariantBody } from "./schema.js";

/**
 * The codec of a type. It is interpreted: no code is made of what came from outside of the program.
 *
 * @throws SchemaError for a type that no codec is of: a key of a sorted map without an order, a type without end
 */
export function codecOf(schema: Schema, root: Type): Codec<unknown> {
  checkExtent(schema, root);
  return new Builder(schema).codec(root).interpreted();
}

class Builder {
  readonly #built = new Map<string, Codec<unknown>>();
  readonly #underWay = new Set<string>();

  constructor(private readonly schema: Schema) {}

  codec(type: Type): Codec<unknown> {
    if (type.kind === "reference") return this.#reference(type.key);
    try {
      return this.#compose(type);
    } catch (error) {
      // What `t` has against the parts.
      if (!(error instanceof TypeError)) throw error;
      throw new SchemaError(error.message, { at: type.at });
    }
  }

  #compose(type: Exclude<Type, { kind: "reference" }>): Codec<unknown> {
    switch (type.kind) {
      case "builtin":
        return this.#builtin(type.name, type.args);
      case "array":
        return t.array(this.codec(type.item), type.length);
      case "tuple":
        return t.tuple(...type.items.map((item) => this.codec(item)));
    }
  }

  #builtin(name: string, args: readonly Type[]): Codec<unknown> {
    const codecs = args.map((arg) => this.codec(arg));
    if (name === "option" && this.#hasUndefined(args[0]!)) return t.nestedOption(codecs[0]!);
    if (name === "nonZero" && codecs[0]!.shape.kind !== "integer") throw new TypeError("nonZero takes an integer type");
    return builtin(name).build(...(codecs as Codec<never>[]));
  }

  #reference(key: string): Codec<unknown> {
    const built = this.#built.get(key);
    if (built !== undefined) return built;
    const definition = this.schema.definitions.get(key)!;
    if (this.#underWay.has(key)) return t.lazy(() => this.#built.get(key)!, definition.rustName);
    this.#underWay.add(key);
    const codec = this.#define(definition);
    this.#built.set(key, codec);
    return codec;
  }

  #define({ rustName, body, at }: Definition): Codec<unknown> {
    try {
      if (body.kind === "enum") return this.#enum(rustName, body);
      if (body.kind === "unit") return t.unitStruct(rustName);
      if (body.kind === "struct") {
        const fields = this.#fields(body);
        return rustName === undefined ? t.struct(fields) : t.struct(rustName, fields);
      }
      const inner = this.#variant(body);
      return rustName === undefined ? inner : t.newtype(rustName, inner);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new SchemaError(error.message, { at });
    }
  }

  #enum(rustName: string | undefined, { variants, repr }: EnumBody): Codec<unknown> {
    const codecs = Object.fromEntries(variants.map(({ name, body }) => [name, this.#variant(body)]));
    if (rustName === undefined) return t.enum(codecs);
    const given = variants.filter(({ discriminant }) => discriminant !== undefined);
    const discriminants = Object.fromEntries(given.map(({ name, discriminant }) => [name, discriminant!]));
    return t.enum(rustName, codecs, { discriminants, ...(repr === undefined ? {} : { repr }) });
  }

  #variant(body: VariantBody): Codec<unknown> {
    switch (body.kind) {
      case "unit":
        return t.unit;
      case "struct":
        return t.struct(this.#fields(body));
      case "tuple":
        if (body.items.length === 1) return this.codec(body.items[0]!);
        return t.tuple(...body.items.map((item) => this.codec(item)));
    }
  }

  #fields(body: VariantBody & { kind: "struct" }): Record<string, Codec<unknown>> {
    return Object.fromEntries(body.fields.map(({ name, type }) => [name, this.codec(type)]));
  }

  /** Whether `undefined` is a value of the type: codecs that are not built yet cannot be asked. */
  #hasUndefined(type: Type, asked: ReadonlySet<string> = new Set()): boolean {
    switch (type.kind) {
      case "reference": {
        const body: Body = this.schema.definitions.get(type.key)!.body;
        if (body.kind === "unit") return true;
        if (asked.has(type.key) || body.kind !== "tuple" || body.items.length !== 1) return false;
        return this.#hasUndefined(body.items[0]!, new Set([...asked, type.key]));
      }
      case "builtin":
        if (type.name === "option" || type.name === "unit") return true;
        return HOLDERS.has(type.name) && this.#hasUndefined(type.args[0]!, asked);
      default:
        return false;
    }
  }
}

/** The types whose values are those of their argument. */
const HOLDERS: ReadonlySet<string> = new Set([
  ...["box", "arc", "rc", "cell", "refCell", "mutex", "rwLock"],
  ...["wrapping", "saturating", "reverse", "cow", "ref", "encoded"],
]);
