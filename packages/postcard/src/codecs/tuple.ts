import type { Codec, Infer, PartMap } from "../codec.js";
import { CompositeCodec } from "../compile/composite.js";
import type { Emitter } from "../compile/emitting.js";
import { EncodeError, locate, wrongType } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import { arrayName, tupleName } from "../names.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";
import { FixedBytesCodec } from "./bytes.js";
import { U8Codec } from "./integers.js";
import { compareItems, hashItems } from "./sequence.js";

/** The values of a tuple of codecs. */
export type TupleValue<Items extends readonly Codec<unknown>[]> = { -readonly [I in keyof Items]: Infer<Items[I]> };

/** Items of their own types, one after the other. */
class TupleCodec<T extends unknown[]> extends CompositeCodec<T> {
  readonly shape: Shape;
  protected override readonly isShort = true;
  readonly rustName: string | undefined;

  constructor(private readonly items: readonly Codec<unknown>[]) {
    super();
    this.shape = { kind: "tuple", items };
    this.rustName = tupleName(items);
  }

  override get minSize(): number {
    return this.items.reduce((sum, item) => sum + item.minSize, 0);
  }

  override get isOrdered(): boolean {
    return this.items.every((item) => item.isOrdered);
  }

  override compare(a: T, b: T): number {
    for (const [i, item] of this.items.entries()) {
      const order = item.compare(a[i], b[i]);
      if (order !== 0) return order;
    }
    return 0;
  }

  override get isHashable(): boolean {
    return this.items.every((item) => item.isHashable);
  }

  override hash(stream: HashStream, value: T): void {
    for (const [i, item] of this.items.entries()) item.hash(stream, value[i]);
  }

  override emitWrite(code: Emitter, value: string): void {
    code.line(`${code.constant(checkLength)}(${value}, ${this.items.length});`);
    for (const [i, item] of this.items.entries()) code.within(i, () => code.write(item, `${value}[${i}]`));
  }

  override emitRead(code: Emitter): string {
    const values = this.items.map((item, i) => code.within(i, () => code.read(item)));
    return `[${values.join(", ")}]`;
  }

  protected override withParts(map: PartMap): Codec<T> {
    return new TupleCodec(this.items.map((item) => map(item)));
  }

  protected override interpretWrite(writer: Writer, value: T): void {
    const items = this.items;
    checkLength(value, items.length);
    let at = 0;
    try {
      for (; at < items.length; at++) items[at]!.write(writer, value[at]);
    } catch (error) {
      locate(error, at);
      throw error;
    }
  }

  protected override interpretRead(reader: Reader): T {
    const items = this.items;
    const values: unknown[] = [];
    try {
      while (values.length < items.length) values.push(items[values.length]!.read(reader));
    } catch (error) {
      locate(error, values.length);
      throw error;
    }
    return values as T;
  }
}

/** A fixed number of items of one type, without a count. */
class ArrayCodec<T> extends CompositeCodec<T[]> {
  readonly shape: Shape;
  protected override readonly isShort = false;
  readonly rustName: string | undefined;

  constructor(
    private readonly item: Codec<T>,
    private readonly length: number,
  ) {
    super();
    this.shape = { kind: "array", item, length };
    this.rustName = item.rustName === undefined ? undefined : arrayName(item.rustName, length);
  }

  override get minSize(): number {
    return this.length * this.item.minSize;
  }

  override get isOrdered(): boolean {
    return this.item.isOrdered;
  }

  override compare(a: T[], b: T[]): number {
    return compareItems(this.item, a, b);
  }

  override get isHashable(): boolean {
    return this.item.isHashable;
  }

  override hash(stream: HashStream, value: T[]): void {
    hashItems(stream, this.item, value);
  }

  override emitWrite(code: Emitter, value: string): void {
    code.line(`${code.constant(checkLength)}(${value}, ${this.length});`);
    code.loop(String(this.length), () => code.write(this.item, `${value}[i]`));
  }

  override emitRead(code: Emitter): string {
    if (this.item.minSize === 0) code.line(`r.chargeZeroSize(${this.length});`);
    const items = code.keep("[]");
    code.loop(String(this.length), () => code.line(`${items}.push(${code.read(this.item)});`));
    return items;
  }

  protected override withParts(map: PartMap): Codec<T[]> {
    return new ArrayCodec(map(this.item), this.length);
  }

  protected override interpretWrite(writer: Writer, value: T[]): void {
    checkLength(value, this.length);
    let at = 0;
    try {
      for (; at < this.length; at++) this.item.write(writer, value[at]!);
    } catch (error) {
      locate(error, at);
      throw error;
    }
  }

  protected override interpretRead(reader: Reader): T[] {
    if (this.item.minSize === 0) reader.chargeZeroSize(this.length);
    const items: T[] = [];
    try {
      while (items.length < this.length) items.push(this.item.read(reader));
    } catch (error) {
      locate(error, items.length);
      throw error;
    }
    return items;
  }
}

/** A Rust tuple, or the fields of a tuple struct: `t.tuple(t.u32, t.string)` has values `[number, string]`. */
export function tuple<const Items extends readonly Codec<unknown>[]>(...items: Items): Codec<TupleValue<Items>> {
  return new TupleCodec<TupleValue<Items>>(items);
}

/** Rust's `[T; N]`: an array of exactly `length` items; of `t.u8`, a `Uint8Array`. */
export function array(item: U8Codec, length: number): Codec<Uint8Array>;
export function array<T>(item: Codec<T>, length: number): Codec<T[]>;
export function array(item: Codec<unknown>, length: number): Codec<Uint8Array> | Codec<unknown[]> {
  if (!(Number.isSafeInteger(length) && length >= 0)) throw new TypeError(`an array of ${length} items`);
  if (item instanceof U8Codec) return new FixedBytesCodec(length, arrayName("u8", length));
  return new ArrayCodec(item, length);
}

function checkLength(value: unknown, length: number): void {
  if (!Array.isArray(value)) throw wrongType(`an array of ${length} items`, value);
  if (value.length !== length) {
    throw new EncodeError("wrongLength", `expected ${length} items, got ${value.length}`);
  }
}
