import { Codec } from "../codec.js";
import { EncodeError, describe, wrongType } from "../errors.js";
import { compareNumbers } from "../order.js";
import type { Reader } from "../reader.js";
import type { IntegerType, Shape } from "../shape.js";
import type { Writer } from "../writer.js";

/** The integers that always fit a number: 8, 16 and 32 bits. */
abstract class SmallIntegerCodec extends Codec<number> {
  readonly shape: Shape;

  constructor(
    readonly rustName: IntegerType,
    private readonly min: number,
    private readonly max: number,
  ) {
    super();
    this.shape = { kind: "integer", type: rustName, as: "number" };
  }

  override get minSize(): number {
    return 1;
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(a: number, b: number): number {
    return compareNumbers(a, b);
  }

  protected check(value: number): void {
    if (!(Number.isInteger(value) && value >= this.min && value <= this.max)) {
      throw notThis(this.rustName, this.min, this.max, value);
    }
  }
}

/** A codec of its own type, because sequences of it are byte arrays. */
export class U8Codec extends SmallIntegerCodec {
  declare readonly rustName: "u8";

  override write(writer: Writer, value: number): void {
    this.check(value);
    writer.u8(value);
  }

  override read(reader: Reader): number {
    return reader.u8();
  }
}

class I8Codec extends SmallIntegerCodec {
  override write(writer: Writer, value: number): void {
    this.check(value);
    writer.u8(value & 0xff);
  }

  override read(reader: Reader): number {
    return (reader.u8() << 24) >> 24;
  }
}

class U16Codec extends SmallIntegerCodec {
  override write(writer: Writer, value: number): void {
    this.check(value);
    writer.varint(value);
  }

  override read(reader: Reader): number {
    return reader.u16();
  }
}

class U32Codec extends SmallIntegerCodec {
  override write(writer: Writer, value: number): void {
    this.check(value);
    writer.varint(value);
  }

  override read(reader: Reader): number {
    return reader.u32();
  }
}

class I16Codec extends SmallIntegerCodec {
  override write(writer: Writer, value: number): void {
    this.check(value);
    writer.zigzag(value);
  }

  override read(reader: Reader): number {
    const bits = reader.u16();
    return (bits >>> 1) ^ -(bits & 1);
  }
}

class I32Codec extends SmallIntegerCodec {
  override write(writer: Writer, value: number): void {
    this.check(value);
    writer.zigzag(value);
  }

  override read(reader: Reader): number {
    const bits = reader.u32();
    return (bits >>> 1) ^ -(bits & 1);
  }
}

/** The error for a number that an integer type does not have. */
export function notThis(type: IntegerType, min: number | bigint, max: number | bigint, value: unknown): EncodeError {
  if (typeof value !== typeof max) return wrongType(`a ${typeof max} for ${type}`, value);
  return new EncodeError("outOfRange", `${describe(value)} is not an integer from ${min} to ${max}, as ${type} is`);
}

/** Rust's `u8`. Sequences of it are `Uint8Array`s. */
export const u8 = new U8Codec("u8", 0, 0xff);
/** Rust's `u16`. */
export const u16: Codec<number> = new U16Codec("u16", 0, 0xffff);
/** Rust's `u32`. */
export const u32: Codec<number> = new U32Codec("u32", 0, 0xffff_ffff);
/** Rust's `i8`. */
export const i8: Codec<number> = new I8Codec("i8", -0x80, 0x7f);
/** Rust's `i16`. */
export const i16: Codec<number> = new I16Codec("i16", -0x8000, 0x7fff);
/** Rust's `i32`. */
export const i32: Codec<number> = new I32Codec("i32", -0x8000_0000, 0x7fff_ffff);
