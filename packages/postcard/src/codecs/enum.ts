import type { Codec, Infer, PartMap } from "../codec.js";
import { property } from "../compile/code.js";
import { CompositeCodec } from "../compile/composite.js";
import type { Emitter } from "../compile/emitting.js";
import { EncodeError, describe, locate, wrongType, type DecodeError } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import { genericName, type NameOptions } from "../names.js";
import type { Reader } from "../reader.js";
import type { IntegerType, NamedCodec, Shape } from "../shape.js";
import type { Writer } from "../writer.js";
import { UnitCodec } from "./scalars.js";
import { bytesOf } from "./integers.js";
import { mapCodecs, namedCodecs, type Fields } from "./struct.js";

/** The value of one variant: `{ kind: K }` for a unit variant, else `{ kind: K, value }`. */
export type VariantValue<K, T> = [T] extends [undefined] ? { kind: K; value?: undefined } : { kind: K; value: T };

/** The values of an enum of these variants. */
export type EnumValue<V extends Fields> = {
  [K in keyof V & string]: VariantValue<K, Infer<V[K]>>;
}[keyof V & string];

/** How a Rust enum is named, and what tells its variants apart in memory where that is not their place. */
export interface EnumOptions extends NameOptions {
  /** The discriminants of variants that are declared with one, such as `Two = 2`: hashes are made of them, bytes are not. */
  readonly discriminants?: Readonly<Record<string, number | bigint>>;
  /** The type of the discriminants, if the enum is declared with one, such as `#[repr(u8)]`. */
  readonly repr?: IntegerType;
}

interface AnyVariant {
  kind: string;
  value?: unknown;
}

/** The index of a variant, then its value. */
class EnumCodec<V extends Fields> extends CompositeCodec<EnumValue<V>> {
  readonly shape: Shape;
  protected override readonly isShort = false;
  private readonly variants: readonly NamedCodec[];
  private readonly repr: IntegerType;
  private readonly discriminants: readonly (number | bigint)[];
  private readonly indices: ReadonlyMap<string, number>;
  /** What unit variants decode to: one frozen value each; undefined for the others. */
  private readonly units: readonly (AnyVariant | undefined)[];

  constructor(
    readonly rustName: string | undefined,
    private readonly given: V,
    { discriminants = {}, repr = "isize" }: Pick<EnumOptions, "discriminants" | "repr"> = {},
  ) {
    super();
    this.variants = namedCodecs("variant", given);
    this.shape = { kind: "enum", variants: this.variants };
    this.repr = repr;
    this.discriminants = discriminantsOf(this.variants, discriminants);
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

  override get isHashable(): boolean {
    return this.variants.every(({ codec }) => codec.isHashable);
  }

  override hash(stream: HashStream, value: EnumValue<V>): void {
    const index = this.indexOf(value);
    if (this.variants.length > 1) stream.integer(this.discriminants[index]!, bytesOf(this.repr));
    this.variants[index]!.codec.hash(stream, value.value);
  }

  override emitWrite(code: Emitter, value: string): void {
    code.line(`switch (${code.constant(kindOf)}(${value})) {`);
    for (const [index, { name, codec }] of this.variants.entries()) {
      code.line(`case ${property(name)}: { w.varint(${index});`);
      code.within(name, () => code.write(codec, `${value}.value`));
      code.line("break; }");
    }
    code.line(`default: throw ${code.constant(noSuchKind)}(${value}.kind); }`);
  }

  override emitRead(code: Emitter): string {
    const value = code.declare();
    const start = code.keep("r.offset");
    const index = code.keep("r.u32()");
    code.line(`switch (${index}) {`);
    for (const [i, { name, codec }] of this.variants.entries()) {
      const unit = this.units[i];
      code.line(`case ${i}: {`);
      if (unit !== undefined) code.line(`${value} = ${code.constant(unit)};`);
      else {
        const inner = code.within(name, () => code.read(codec));
        code.line(`${value} = { kind: ${property(name)}, value: ${inner} };`);
      }
      code.line("break; }");
    }
    const refuse = `${code.constant(noSuchIndex)}(r, ${index}, ${this.variants.length}, ${start})`;
    code.line(`default: throw ${refuse}; }`);
    return value;
  }

  protected override withParts(map: PartMap): Codec<EnumValue<V>> {
    const { repr } = this;
    const discriminants = Object.fromEntries(this.variants.map(({ name }, i) => [name, this.discriminants[i]!]));
    return new EnumCodec(this.rustName, mapCodecs(this.given, map), { discriminants, repr });
  }

  protected override interpretWrite(writer: Writer, value: EnumValue<V>): void {
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

  protected override interpretRead(reader: Reader): EnumValue<V> {
    const start = reader.offset;
    const index = reader.u32();
    if (index >= this.variants.length) throw noSuchIndex(reader, index, this.variants.length, start);
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
    const kind = kindOf(value);
    const index = this.indices.get(kind as string);
    if (index === undefined) throw noSuchKind(kind);
    return index;
  }
}

/** Rust's rule: a variant without one has that of the variant before it, plus 1; the first has 0. */
function discriminantsOf(
  variants: readonly NamedCodec[],
  given: Readonly<Record<string, number | bigint>>,
): (number | bigint)[] {
  let next = 0n;
  return variants.map(({ name }) => {
    const own = BigInt(Object.hasOwn(given, name) ? given[name]! : next);
    next = own + 1n;
    return own;
  });
}

function kindOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) throw wrongType("an object { kind, value }", value);
  return (value as Partial<AnyVariant>).kind;
}

function noSuchKind(kind: unknown): EncodeError {
  return new EncodeError("invalidVariant", `there is no variant ${describe(kind)}`);
}

function noSuchIndex(reader: Reader, index: number, count: number, start: number): DecodeError {
  return reader.error("invalidVariant", `there is no variant ${index} of ${count}`, start);
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
  options?: EnumOptions,
): Codec<EnumValue<V>>;
export function enumeration<V extends Fields>(
  first: string | V,
  second?: V,
  options?: EnumOptions,
): Codec<EnumValue<V>> {
  if (typeof first !== "string") return new EnumCodec(undefined, first);
  return new EnumCodec(genericName(first, options), second!, options);
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
