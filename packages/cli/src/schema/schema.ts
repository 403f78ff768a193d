/**
 * Types as data: what the notation, Rust sources, TypeScript modules and codecs are read into, and printed from. Types are told apart by
 * what is on the wire and what Rust's `type_name` prints; both follow from a schema.
 */
import type { IntegerType } from "@mosaik/postcard";

/** Types that may name each other. */
export interface Schema {
  readonly definitions: ReadonlyMap<string, Definition>;
  /** What the schema is of, in order. The notation has one. */
  readonly roots: readonly Root[];
}

/** A type that a source gives out: the export of a module, an item of a Rust file. */
export interface Root {
  /** What it is called where it comes from; a type of the notation is not called anything. */
  readonly name: string | undefined;
  readonly type: Type;
}

/** The use of a type. `at` is where in the source it stands, as a UTF-16 offset. */
export type Type =
  /** A type of the table of `builtins.ts`, by its name there. */
  | { readonly kind: "builtin"; readonly name: string; readonly args: readonly Type[]; readonly at?: number }
  | { readonly kind: "array"; readonly item: Type; readonly length: number; readonly at?: number }
  | { readonly kind: "tuple"; readonly items: readonly Type[]; readonly at?: number }
  | { readonly kind: "reference"; readonly key: string; readonly at?: number };

/** A type of one's own. */
export interface Definition {
  /** What refers to it: its Rust name, or a label that begins with `@` if it has none. */
  readonly key: string;
  /** What `type_name` prints; without one there is no default id. */
  readonly rustName: string | undefined;
  readonly docs?: string | undefined;
  readonly body: Body;
  readonly at?: number;
}

export type Body = VariantBody | EnumBody;

/** What a struct or a variant holds. One item is a newtype; it has the bytes of that item. */
export type VariantBody =
  | { readonly kind: "unit" }
  | { readonly kind: "tuple"; readonly items: readonly Type[] }
  | { readonly kind: "struct"; readonly fields: readonly Field[] };

export interface EnumBody {
  readonly kind: "enum";
  readonly variants: readonly Variant[];
  /** `#[repr(…)]`: hashes depend on it, bytes do not. */
  readonly repr?: IntegerType | undefined;
}

export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly docs?: string | undefined;
}

export interface Variant {
  readonly name: string;
  readonly body: VariantBody;
  /** `Two = 2`: hashes depend on it, bytes do not. */
  readonly discriminant?: bigint | undefined;
  readonly docs?: string | undefined;
}

/** The integer types of Rust, which discriminants may have. */
export const INTEGER_TYPES: readonly IntegerType[] = [
  ...(["u8", "u16", "u32", "u64", "u128", "usize"] as const),
  ...(["i8", "i16", "i32", "i64", "i128", "isize"] as const),
];

/** Whether the key of a definition is a label, for a type without a Rust name. */
export function isLabel(key: string): boolean {
  return key.startsWith("@");
}

/** The types that a type is made of. */
export function partsOf(type: Type): readonly Type[] {
  switch (type.kind) {
    case "builtin":
      return type.args;
    case "array":
      return [type.item];
    case "tuple":
      return type.items;
    case "reference":
      return [];
  }
}

/** The types that a definition is made of, with what leads to them. */
export function partsOfBody(body: Body): readonly { readonly path: string; readonly type: Type }[] {
  switch (body.kind) {
    case "unit":
      return [];
    case "tuple":
      return body.items.map((type, i) => ({ path: String(i), type }));
    case "struct":
      return body.fields.map(({ name, type }) => ({ path: name, type }));
    case "enum":
      return body.variants.flatMap(({ name, body }) =>
        partsOfBody(body).map(({ path, type }) => ({ path: `${name}.${path}`, type })),
      );
  }
}

/** The keys that a type names, through the arguments of others too. */
export function referencesOf(type: Type): readonly string[] {
  return type.kind === "reference" ? [type.key] : partsOf(type).flatMap(referencesOf);
}
