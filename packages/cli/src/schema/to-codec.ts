import { t, type Codec } from "mosaik";
import { builtin } from "./builtins.js";
import { SchemaError } from "./errors.js";
import { checkExtent } from "./limits.js";
import type { Definition, EnumBody, Schema, Type, VariantBody } from "./schema.js";
import { hasUndefined } from "./undefined.js";

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
    if (name === "option" && hasUndefined(this.schema, args[0]!)) return t.nestedOption(codecs[0]!);
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
}
