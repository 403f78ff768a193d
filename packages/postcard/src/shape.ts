import type { Codec } from "./codec.js";
import type { StandardSchemaV1 } from "./standard-schema.js";

/** The integer types of Rust. */
export type IntegerType =
  "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize";

/**
 * What a codec's bytes and values look like, for whoever walks codecs: a compiler, a generator, a pretty printer.
 *
 * `opaque` codecs have code of their own for bytes and values and can only be called.
 */
export type Shape =
  | { readonly kind: "unit" | "bool" | "char" | "string" | "bytes" | "opaque" }
  | { readonly kind: "integer"; readonly type: IntegerType; readonly as: "number" | "bigint" }
  | { readonly kind: "float"; readonly bits: 32 | 64 }
  | { readonly kind: "fixedBytes"; readonly length: number }
  | { readonly kind: "option"; readonly inner: Codec<unknown>; readonly wrapped: boolean }
  | { readonly kind: "sequence" | "set"; readonly item: Codec<unknown>; readonly sorted: boolean }
  | { readonly kind: "map"; readonly key: Codec<unknown>; readonly value: Codec<unknown>; readonly sorted: boolean }
  | { readonly kind: "array"; readonly item: Codec<unknown>; readonly length: number }
  | { readonly kind: "tuple"; readonly items: readonly Codec<unknown>[] }
  | { readonly kind: "struct"; readonly fields: readonly NamedCodec[] }
  | { readonly kind: "enum"; readonly variants: readonly NamedCodec[] }
  /** The same bytes and values as `inner`, under another name or order. */
  | { readonly kind: "transparent"; readonly inner: Codec<unknown> }
  /** The bytes of `inner`, other values. */
  | {
      readonly kind: "transform";
      readonly inner: Codec<unknown>;
      readonly to: (value: unknown) => unknown;
      readonly from: (value: unknown) => unknown;
    }
  /** The bytes and values of `inner`, some of them refused. */
  | { readonly kind: "refined"; readonly inner: Codec<unknown>; readonly schema: StandardSchemaV1 }
  /** `inner`'s bytes with their length in front. */
  | { readonly kind: "encoded"; readonly inner: Codec<unknown> }
  /** A codec that is built on first use, as recursive types need. */
  | { readonly kind: "lazy"; readonly inner: () => Codec<unknown> };

/** A field of a struct or a variant of an enum. */
export interface NamedCodec {
  readonly name: string;
  readonly codec: Codec<unknown>;
}
