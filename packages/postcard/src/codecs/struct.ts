import { Codec, type Infer, type PartMap } from "../codec.js";
import { property } from "../compile/code.js";
import { CompositeCodec } from "../compile/composite.js";
import type { Emitter } from "../compile/emitting.js";
import { locate, wrongType } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import { genericName, type NameOptions } from "../names.js";
import type { Reader } from "../reader.js";
import type { NamedCodec, Shape } from "../shape.js";
import type { Writer } from "../writer.js";

/** The fields of a struct, in the order of their declaration in Rust. */
export type Fields = { readonly [name: string]: Codec<unknown> };

/** The values of a struct of these fields. */
// The intersection makes editors show the fields instead of this alias.
export type StructValue<F extends Fields> = { -readonly [K in keyof F]: Infer<F[K]> } & {};

/** Named fields, one after the other. */
class StructCodec<F extends Fields> extends CompositeCodec<StructValue<F>> {
  readonly shape: Shape;
  protected override readonly isShort = true;
  private readonly names: readonly string[];
  private readonly codecs: readonly Codec<unknown>[];

  constructor(
    readonly rustName: string | undefined,
    private readonly fields: F,
  ) {
    super();
    const named = namedCodecs("field", fields);
    this.shape = { kind: "struct", fields: named };
    this.names = named.map((field) => field.name);
    this.codecs = named.map((field) => field.codec);
  }

  override get minSize(): number {
    return this.codecs.reduce((sum, codec) => sum + codec.minSize, 0);
  }

  override get isOrdered(): boolean {
    return this.codecs.every((codec) => codec.isOrdered);
  }

  override compare(a: StructValue<F>, b: StructValue<F>): number {
    for (const [i, name] of this.names.entries()) {
      const order = this.codecs[i]!.compare(a[name], b[name]);
      if (order !== 0) return order;
    }
    return 0;
  }

  override get isHashable(): boolean {
    return this.codecs.every((codec) => codec.isHashable);
  }

  override hash(stream: HashStream, value: StructValue<F>): void {
    for (const [i, name] of this.names.entries()) this.codecs[i]!.hash(stream, value[name]);
  }

  override emitWrite(code: Emitter, value: string): void {
    code.line(`${code.constant(checkObject)}(${value});`);
    for (const [i, name] of this.names.entries()) {
      code.within(name, () => code.write(this.codecs[i]!, `${value}[${property(name)}]`));
    }
  }

  override emitRead(code: Emitter): string {
    const values = this.codecs.map((codec, i) => code.within(this.names[i]!, () => code.read(codec)));
    return `{ ${values.map((value, i) => `${property(this.names[i]!)}: ${value}`).join(", ")} }`;
  }

  protected override interpretWrite(writer: Writer, value: StructValue<F>): void {
    checkObject(value);
    const names = this.names;
    const codecs = this.codecs;
    let at = 0;
    try {
      for (; at < names.length; at++) codecs[at]!.write(writer, value[names[at]!]);
    } catch (error) {
      locate(error, names[at]!);
      throw error;
    }
  }

  protected override interpretRead(reader: Reader): StructValue<F> {
    const names = this.names;
    const codecs = this.codecs;
    const value: Record<string, unknown> = {};
    let at = 0;
    try {
      for (; at < names.length; at++) value[names[at]!] = codecs[at]!.read(reader);
    } catch (error) {
      locate(error, names[at]!);
      throw error;
    }
    return value as StructValue<F>;
  }

  protected override withParts(map: PartMap): Codec<StructValue<F>> {
    return new StructCodec(this.rustName, mapCodecs(this.fields, map));
  }
}

/**
 * A Rust struct, or the fields of a struct variant.
 *
 * Fields are written in the order given, which must be that of the declaration in Rust. `options.generics` completes
 * the name: `t.struct("demo::Page", { items: t.vec(t.u64) }, { generics: [t.u64] })` is `demo::Page<u64>`.
 */
export function struct<F extends Fields>(fields: F): Codec<StructValue<F>>;
export function struct<F extends Fields>(rustName: string, fields: F, options?: NameOptions): Codec<StructValue<F>>;
export function struct<F extends Fields>(first: string | F, second?: F, options?: NameOptions): Codec<StructValue<F>> {
  if (typeof first !== "string") return new StructCodec(undefined, first);
  return new StructCodec(genericName(first, options), second!);
}

/**
 * The entries of an object of codecs.
 *
 * @throws TypeError for names that JavaScript objects treat in a way of their own: `__proto__`, and numbers, which
 * would come first
 */
export function namedCodecs(what: "field" | "variant", codecs: Fields): NamedCodec[] {
  return Object.entries(codecs).map(([name, codec]) => {
    if (name === "__proto__" || /^\d+$/.test(name)) throw new TypeError(`a ${what} cannot be named ${name}`);
    if (!(codec instanceof Codec)) throw new TypeError(`the ${what} ${name} is not a codec`);
    return { name, codec };
  });
}

/** The same names, with what `map` makes of their codecs. */
export function mapCodecs<F extends Fields>(codecs: F, map: PartMap): F {
  return Object.fromEntries(Object.entries(codecs).map(([name, codec]) => [name, map(codec)])) as unknown as F;
}

function checkObject(value: unknown): void {
  if (typeof value !== "object" || value === null) throw wrongType("an object", value);
}
