import { Codec, type Infer } from "../codec.js";
import { EncodeError, describe, locate, wrongType } from "../errors.js";
import { genericName, type NameOptions } from "../names.js";
import type { Reader } from "../reader.js";
import type { NamedCodec, Shape } from "../shape.js";
import type { Writer } from "../writer.js";
import { UnitCodec } from "./scalars.js";
import { namedCodecs, type Fields } from "./struct.js";

/** The value of one variant: `{ kind: K }` for a unit variant, else `{ kind: K, value }`. */
export type VariantValue<K, T> = [T] extends [undefined] ? { kind: K; value?: undefined } : { kind: K; value: T };

/** The values of an enum of these variants. */
export type EnumValue<V extends Fields> = {
  [K in keyof V & string]: VariantValue<K, Infer<V[K]>>;
}[keyof V & string];

interface AnyVariant {
  kind: string;
  value?: unknown;
}

/** The index of a variant, then its value. */
class EnumCodec<V extends Fields> extends Codec<EnumValue<V>> {
  readonly shape: Shape;
  private readonly variants: readonly NamedCodec[];
  private readonly indices: ReadonlyMap<string, number>;
  /** What unit variants decode to: one frozen value each; undefined for the others. */
  private readonly units: readonly (AnyVariant | undefined)[];

  constructor(
    readonly rustName: string | undefined,
    variants: V,
  ) {
    super();
    this.variants = namedCodecs("variant", variants);
    this.shape = { kind: "enum", variants: this.variants };
    this.indices = new Map(this.variants.map(({ name }, index) => [name, index]));
    this.units = this.variants.map(({ name, codec }) =>
      codec.shape.kind === "unit" ? Object.freeze({ kind: name }) : undefined,
    );
  }

  override get minSize(): number {
    return 1;
  }

  override get isOrdered(): boolean {
    return this.variants.every(({ codec }) => codec.isOrdered);
  }

  override compare(a: EnumValue<V>, b: EnumValue<V>): number {
    const index = this.indexOf(a);
    return index - this.indexOf(b) || this.variants[index]!.codec.compare(a.value, b.value);
  }

  override write(writer: Writer, value: EnumValue<V>): void {
    const index = this.indexOf(value);
    const { name, codec } = this.variants[index]!;
    writer.varint(index);
    try {
      codec.write(writer, value.value);
    } catch (error) {
      locate(error, name);
      throw error;
    }
  }

  override read(reader: Reader): EnumValue<V> {
    const start = reader.offset;
    const index = reader.u32();
    if (index >= this.variants.length) {
      throw reader.error("invalidVariant", `there is no variant ${index} of ${this.variants.length}`, start);
    }
    const unit = this.units[index];
    if (unit !== undefined) return unit as EnumValue<V>;
    const { name, codec } = this.variants[index]!;
    try {
      return { kind: name, value: codec.read(reader) } as EnumValue<V>;
    } catch (error) {
      locate(error, name);
      throw error;
    }
  }

  private indexOf(value: unknown): number {
    if (typeof value !== "object" || value === null) throw wrongType("an object { kind, value }", value);
    const { kind } = value as Partial<AnyVariant>;
    const index = this.indices.get(kind as string);
    if (index === undefined) throw new EncodeError("invalidVariant", `there is no variant ${describe(kind)}`);
    return index;
  }
}

/**
 * A Rust enum: `t.enum("demo::Shape", { Empty: t.unit, Circle: t.u32, Rect: t.struct({ w: t.u32, h: t.u32 }) })`.
 *
 * Variants are given in the order of their declaration in Rust. Values are
 * `{ kind: "Empty" } | { kind: "Circle", value: number } | { kind: "Rect", value: { w, h } }`.
 */
export function enumeration<V extends Fields>(variants: V): Codec<EnumValue<V>>;
export function enumeration<V extends Fields>(
  rustName: string,
  variants: V,
  options?: NameOptions,
): Codec<EnumValue<V>>;
export function enumeration<V extends Fields>(
  first: string | V,
  second?: V,
  options?: NameOptions,
): Codec<EnumValue<V>> {
  if (typeof first !== "string") return new EnumCodec(undefined, first);
  return new EnumCodec(genericName(first, options), second!);
}

/** The values of `t.result`. */
export type Result<T, E> = VariantValue<"Ok", T> | VariantValue<"Err", E>;

/** Rust's `Result<T, E>`: `{ kind: "Ok", value } | { kind: "Err", value }`. */
export function result<T, E>(ok: Codec<T>, err: Codec<E>): Codec<Result<T, E>> {
  const rustName = genericName("core::result::Result", { generics: [ok, err] });
  return new EnumCodec(rustName, { Ok: ok, Err: err });
}

/** The values of `t.bound`. */
export type Bound<T> = VariantValue<"Unbounded", undefined> | VariantValue<"Included", T> | VariantValue<"Excluded", T>;

/** Rust's `core::ops::Bound<T>` in serde's numbering: `{ kind: "Unbounded" | "Included" | "Excluded", value }`. */
export function bound<T>(inner: Codec<T>): Codec<Bound<T>> {
  const rustName = genericName("core::ops::range::Bound", { generics: [inner] });
  const codec = new EnumCodec(rustName, { Unbounded: new UnitCodec(undefined), Included: inner, Excluded: inner });
  return codec;
}
