import { Codec } from "../codec.js";
import { wrongType } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import { compareNumbers } from "../order.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";

/** Nothing: a value that takes no bytes and is `undefined`. */
export class UnitCodec extends Codec<undefined> {
  readonly shape: Shape = { kind: "unit" };

  constructor(readonly rustName: string | undefined) {
    super();
  }

  override get minSize(): number {
    return 0;
  }

  override get hasUndefined(): boolean {
    return true;
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(): number {
    return 0;
  }

  override get isHashable(): boolean {
    return true;
  }

  override hash(): void {}

  override write(_writer: Writer, value: undefined): void {
    if (value !== undefined) throw wrongType("undefined", value);
  }

  override read(_reader: Reader): undefined {
    return undefined;
  }
}

class BoolCodec extends Codec<boolean> {
  readonly shape: Shape = { kind: "bool" };
  readonly rustName = "bool";

  override get minSize(): number {
    return 1;
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(a: boolean, b: boolean): number {
    return Number(a) - Number(b);
  }

  override get isHashable(): boolean {
    return true;
  }

  override hash(stream: HashStream, value: boolean): void {
    stream.u8(value ? 1 : 0);
  }

  override write(writer: Writer, value: boolean): void {
    if (typeof value !== "boolean") throw wrongType("a boolean", value);
    writer.u8(value ? 1 : 0);
  }

  override read(reader: Reader): boolean {
    const byte = reader.u8();
    if (byte > 1) throw reader.error("invalidBool", `${byte} is not a bool`, reader.offset - 1);
    return byte === 1;
  }
}

class F32Codec extends Codec<number> {
  readonly shape: Shape = { kind: "float", bits: 32 };
  readonly rustName = "f32";

  override get minSize(): number {
    return 4;
  }

  override compare(a: number, b: number): number {
    return compareNumbers(a, b);
  }

  override write(writer: Writer, value: number): void {
    if (typeof value !== "number") throw wrongType("a number", value);
    writer.f32(value);
  }

  override read(reader: Reader): number {
    return reader.f32();
  }
}

class F64Codec extends Codec<number> {
  readonly shape: Shape = { kind: "float", bits: 64 };
  readonly rustName = "f64";

  override get minSize(): number {
    return 8;
  }

  override compare(a: number, b: number): number {
    return compareNumbers(a, b);
  }

  override write(writer: Writer, value: number): void {
    if (typeof value !== "number") throw wrongType("a number", value);
    writer.f64(value);
  }

  override read(reader: Reader): number {
    return reader.f64();
  }
}

/** Rust's `()`: no bytes; the value is `undefined`. */
export const unit: Codec<undefined> = new UnitCodec("()");

/** A unit struct such as `struct Ping;`: no bytes; the value is `undefined`. */
export function unitStruct(rustName?: string): Codec<undefined> {
  return new UnitCodec(rustName);
}

/** Rust's `bool`. */
export const bool: Codec<boolean> = new BoolCodec();

/** Rust's `f32`; values are rounded to it on encode. */
export const f32: Codec<number> = new F32Codec();

/** Rust's `f64`. */
export const f64: Codec<number> = new F64Codec();
