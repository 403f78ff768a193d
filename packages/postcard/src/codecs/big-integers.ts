import { Codec } from "../codec.js";
import { compareNumbers } from "../order.js";
import type { Reader } from "../reader.js";
import type { IntegerType, Shape } from "../shape.js";
import type { Writer } from "../writer.js";
import { notThis } from "./integers.js";

/** The integers beyond 32 bits, as bigint. */
abstract class BigIntegerCodec extends Codec<bigint> {
  readonly shape: Shape;

  constructor(
    readonly rustName: IntegerType,
    private readonly min: bigint,
    private readonly max: bigint,
  ) {
    super();
    this.shape = { kind: "integer", type: rustName, as: "bigint" };
  }

  override get minSize(): number {
    return 1;
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(a: bigint, b: bigint): number {
    return compareNumbers(a, b);
  }

  protected check(value: bigint): void {
    if (typeof value !== "bigint" || value < this.min || value > this.max) {
      throw notThis(this.rustName, this.min, this.max, value);
    }
  }
}

/** `u64` and `usize` as bigint. */
export class U64Codec extends BigIntegerCodec {
  constructor(rustName: "u64" | "usize") {
    super(rustName, 0n, (1n << 64n) - 1n);
  }

  /** The same type with number values up to 2^53-1; larger ones are refused on encode and on decode. */
  asNumber(): Codec<number> {
    return new SafeUnsignedCodec(this.rustName, 0);
  }

  override write(writer: Writer, value: bigint): void {
    this.check(value);
    writer.bigVarint(value);
  }

  override read(reader: Reader): bigint {
    return reader.u64();
  }
}

/** `i64` and `isize` as bigint. */
export class I64Codec extends BigIntegerCodec {
  constructor(rustName: "i64" | "isize") {
    super(rustName, -(1n << 63n), (1n << 63n) - 1n);
  }

  /** The same type with number values within ±(2^53-1); others are refused on encode and on decode. */
  asNumber(): Codec<number> {
    return new SafeSignedCodec(this.rustName, Number.MIN_SAFE_INTEGER);
  }

  override write(writer: Writer, value: bigint): void {
    this.check(value);
    writer.bigVarint(zigzag(value));
  }

  override read(reader: Reader): bigint {
    return reader.i64();
  }
}

class U128Codec extends BigIntegerCodec {
  override write(writer: Writer, value: bigint): void {
    this.check(value);
    writer.bigVarint(value);
  }

  override read(reader: Reader): bigint {
    return reader.u128();
  }
}

class I128Codec extends BigIntegerCodec {
  override write(writer: Writer, value: bigint): void {
    this.check(value);
    writer.bigVarint(zigzag(value));
  }

  override read(reader: Reader): bigint {
    return reader.i128();
  }
}

/** 64-bit integers as numbers. */
abstract class SafeIntegerCodec extends Codec<number> {
  readonly shape: Shape;

  constructor(
    readonly rustName: IntegerType,
    private readonly min: number,
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
    if (!(Number.isSafeInteger(value) && value >= this.min)) {
      throw notThis(this.rustName, this.min, Number.MAX_SAFE_INTEGER, value);
    }
  }
}

class SafeUnsignedCodec extends SafeIntegerCodec {
  override write(writer: Writer, value: number): void {
    this.check(value);
    writer.varint(value);
  }

  override read(reader: Reader): number {
    return reader.u64Number();
  }
}

class SafeSignedCodec extends SafeIntegerCodec {
  override write(writer: Writer, value: number): void {
    this.check(value);
    writer.zigzag(value);
  }

  override read(reader: Reader): number {
    return reader.i64Number();
  }
}

function zigzag(value: bigint): bigint {
  return value >= 0n ? value << 1n : (-value << 1n) - 1n;
}

/** Rust's `u64`, as bigint; `t.u64.asNumber()` for safe-integer numbers. */
export const u64 = new U64Codec("u64");
/** Rust's `usize`, which travels as `u64`; bigint, or `asNumber()`. */
export const usize = new U64Codec("usize");
/** Rust's `i64`, as bigint; `t.i64.asNumber()` for safe-integer numbers. */
export const i64 = new I64Codec("i64");
/** Rust's `isize`, which travels as `i64`; bigint, or `asNumber()`. */
export const isize = new I64Codec("isize");
/** Rust's `u128`, as bigint. */
export const u128: Codec<bigint> = new U128Codec("u128", 0n, (1n << 128n) - 1n);
/** Rust's `i128`, as bigint. */
export const i128: Codec<bigint> = new I128Codec("i128", -(1n << 127n), (1n << 127n) - 1n);
