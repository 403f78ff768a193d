import { t, type Codec } from "mosaik";
import { builtinOfRustName, findBuiltin } from "./builtins.js";
import { SchemaError } from "./errors.js";
import type { Body, Definition, Schema, Type, VariantBody } from "./schema.js";

const NESTING_MAX = 512;
const DOUBLES_MAX = 10_000;

/** What every codec of `t.json` has in common, and no other. */
const jsonFrom = fromOf(t.json());

/**
 * The schema of codecs.
 *
 * Of the names that types have where they have no Rust name, and of refinements, a schema knows nothing.
 *
 * @throws SchemaError for a codec with code of its own, which no other language knows
 */
export function schemaOf(codecs: ReadonlyMap<string | undefined, Codec<unknown>>): Schema {
  const reader = new CodecReader();
  const roots = [...codecs].map(([name, codec]) => ({ name, type: reader.type(codec) }));
  reader.checkDoubles();
  return { definitions: reader.definitions, roots };
}

/** Whether a codec is one of `t.json`. */
export function isJson(codec: Codec<unknown>): boolean {
  return fromOf(codec) === jsonFrom;
}

function fromOf(codec: Codec<unknown>): unknown {
  return codec.shape.kind === "transform" ? codec.shape.from : undefined;
}

class CodecReader {
  readonly definitions = new Map<string, Definition>();
  readonly #keys = new Map<Codec<unknown>, string>();
  readonly #underWay = new Set<string>();
  /** Codecs of the name of one that was being read when they were met. */
  readonly #doubles: Double[] = [];
  #labels = 0;
  #nesting = 0;

  type(codec: Codec<unknown>): Type {
    if (++this.#nesting > NESTING_MAX) {
      throw new SchemaError("a codec that holds itself without a struct or an enum between", {
        advice: "Put a struct, an enum or a newtype with a name into the circle.",
      });
    }
    try {
      return this.#type(codec);
    } finally {
      this.#nesting--;
    }
  }

  /** @throws SchemaError if types of one name are not the same */
  checkDoubles(): void {
    for (let count = 0; count < this.#doubles.length; count++) {
      if (count >= DOUBLES_MAX) throw new SchemaError("a codec that builds itself anew whenever it is asked");
      const { key, read } = this.#doubles[count]!;
      requireSame(key, this.definitions.get(key)!.body, read());
    }
  }

  #type(codec: Codec<unknown>): Type {
    const { rustName, shape } = codec;
    switch (shape.kind) {
      case "integer":
        return apply(shape.type);
      case "float":
        return apply(shape.bits === 32 ? "f32" : "f64");
      case "bool":
      case "char":
        return apply(shape.kind);
      case "string":
        return apply(rustName === "str" ? "str" : "string");
      case "bytes":
        return this.#bytes(rustName);
      case "fixedBytes": {
        const type: Type = { kind: "array", item: apply("u8"), length: shape.length };
        return rustName === undefined || rustName.startsWith("[") ? type : this.#wrap(codec, type);
      }
      case "unit":
        return rustName === "()" ? apply("unit") : this.#define(codec, () => ({ kind: "unit" }));
      case "option":
        return apply("option", this.type(shape.inner));
      case "sequence":
        return apply(sequenceName(rustName), this.type(shape.item));
      case "set":
        return apply(shape.sorted ? "btreeSet" : "hashSet", this.type(shape.item));
      case "map":
        return apply(shape.sorted ? "btreeMap" : "hashMap", this.type(shape.key), this.type(shape.value));
      case "array":
        return { kind: "array", item: this.type(shape.item), length: shape.length };
      case "tuple":
        return { kind: "tuple", items: shape.items.map((item) => this.type(item)) };
      case "encoded":
        return apply("encoded", this.type(shape.inner));
      case "lazy":
        return this.type(shape.inner());
      case "refined":
        return this.type(shape.inner);
      case "struct":
        return this.#struct(codec, shape.fields);
      case "enum":
        return this.#enum(codec, shape.variants);
      case "transparent":
        return this.#transparent(codec, shape.inner);
      case "transform":
        return this.#transform(codec, shape.inner);
      case "opaque":
        return this.#opaque(codec);
    }
  }

  #bytes(rustName: string | undefined): Type {
    if (rustName === "bytes::bytes::Bytes") return apply("bytes");
    return apply(rustName?.startsWith("[") ? "slice" : "vec", apply("u8"));
  }

  #struct(codec: Codec<unknown>, fields: readonly Named[]): Type {
    const range = codec.rustName === undefined ? undefined : builtinOfRustName(codec.rustName, 1);
    if (range !== undefined) return apply(range.name, this.type(fields[0]!.codec));
    return this.#define(codec, () => this.#structBody(fields));
  }

  #structBody(fields: readonly Named[]): Body & { kind: "struct" } {
    return { kind: "struct", fields: fields.map(({ name, codec }) => ({ name, type: this.type(codec) })) };
  }

  #enum(codec: Codec<unknown>, variants: readonly Named[]): Type {
    const { rustName } = codec;
    if (rustName !== undefined && builtinOfRustName(rustName, 2)?.name === "result")
      return apply("result", ...variants.map((variant) => this.type(variant.codec)));
    if (rustName !== undefined && builtinOfRustName(rustName, 1)?.name === "bound")
      return apply("bound", this.type(variants[1]!.codec));
    return this.#define(codec, () => ({
      kind: "enum",
      variants: variants.map(({ name, codec }) => ({ name, body: this.#variant(codec) })),
    }));
  }

  #variant(codec: Codec<unknown>): VariantBody {
    const { rustName, shape } = codec;
    if (shape.kind === "unit" && (rustName === "()" || rustName === undefined)) return { kind: "unit" };
    if (shape.kind === "struct" && rustName === undefined) return this.#structBody(shape.fields);
    return this.#items(codec);
  }

  /** The items of a tuple struct or variant around a codec. */
  #items(inner: Codec<unknown>): VariantBody {
    const { shape } = inner;
    const items = shape.kind === "tuple" && shape.items.length !== 1 ? shape.items : [inner];
    return { kind: "tuple", items: items.map((item) => this.type(item)) };
  }

  #transparent(codec: Codec<unknown>, inner: Codec<unknown>): Type {
    const { rustName } = codec;
    if (rustName === undefined) return this.type(inner);
    if (rustName.startsWith("&")) return apply("ref", this.type(inner));
    const leaf = builtinOfRustName(rustName, 0);
    if (leaf !== undefined) return apply(leaf.name);
    const wrapper = builtinOfRustName(rustName, 1);
    if (wrapper !== undefined) return apply(wrapper.name, this.type(inner));
    return this.#define(codec, () => this.#items(inner));
  }

  #transform(codec: Codec<unknown>, inner: Codec<unknown>): Type {
    const { rustName } = codec;
    const wire = isJson(codec) ? apply("json") : undefined;
    if (rustName === undefined || rustName === inner.rustName) return wire ?? this.type(inner);
    const leaf = findBuiltin(rustName);
    if (leaf?.arity === 0) return apply(leaf.name);
    return this.#define(codec, () => (wire === undefined ? this.#items(inner) : { kind: "tuple", items: [wire] }));
  }

  #opaque({ rustName }: Codec<unknown>): Type {
    const leaf = rustName === undefined ? undefined : builtinOfRustName(rustName, 0);
    if (leaf !== undefined) return apply(leaf.name);
    throw new SchemaError(`${rustName ?? "a codec without a name"} has code of its own: nothing else tells its bytes`, {
      advice: "Build it of the parts of `t`, or write it by hand in the other language.",
    });
  }

  #wrap(codec: Codec<unknown>, type: Type): Type {
    return this.#define(codec, () => ({ kind: "tuple", items: [type] }));
  }

  /** A reference to a definition, which is read when it is met first. */
  #define(codec: Codec<unknown>, read: () => Body): Type {
    const known = this.#keys.get(codec);
    if (known !== undefined) return { kind: "reference", key: known };
    const { rustName } = codec;
    const key = rustName ?? `@${++this.#labels}`;
    this.#keys.set(codec, key);
    if (this.#underWay.has(key)) {
      this.#doubles.push({ key, read });
      return { kind: "reference", key };
    }
    this.#underWay.add(key);
    const body = read();
    this.#underWay.delete(key);
    const other = this.definitions.get(key);
    if (other === undefined) this.definitions.set(key, { key, rustName, body });
    else requireSame(key, other.body, body);
    return { kind: "reference", key };
  }
}

function requireSame(key: string, a: Body, b: Body): void {
  if (JSON.stringify(a) === JSON.stringify(b)) return;
  throw new SchemaError(`there are two types ${key}, and they are not the same`, {
    advice: "Give one of them another name: ids are made of names, bytes of what is in them.",
  });
}

interface Double {
  readonly key: string;
  readonly read: () => Body;
}

interface Named {
  readonly name: string;
  readonly codec: Codec<unknown>;
}

function apply(name: string, ...args: Type[]): Type {
  return { kind: "builtin", name, args };
}

/** Which of the sequences a name is of; without a name nothing tells them apart, nor does anything depend on it. */
function sequenceName(rustName: string | undefined): string {
  if (rustName === undefined) return "vec";
  return rustName.startsWith("[") ? "slice" : (builtinOfRustName(rustName, 1)?.name ?? "vec");
}
