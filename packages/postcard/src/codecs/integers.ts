import type { Codec } from "../codec.js";
import { EmittingCodec, type Emitter } from "../compile/emitting.js";
import { EncodeError, describe, wrongType } from "../errors.js";
import { compareNumbers } from "../order.js";
import type { HashStream } from "../hash-stream.js";
import type { Reader } from "../reader.js";
import type { IntegerType, Shape } from "../shape.js";
import type { Writer } from "../writer.js";

/** How an integer type looks to JavaScript and on the wire. */
interface Format<N extends number | bigint> {
  readonly min: N;
  readonly max: N;
  /** Appends a value between `min` and `max`. */
  readonly write: (writer: Writer, value: N) => void;
  readonly read: (reader: Reader) => N;
  /** What reads one from the reader `r`, as text, where that is one call: V8 then knows which. */
  readonly readText?: string;
}

/** One byte without a varint; varints; and zigzag in front of varints. */
const formats = {
  u8: {
    min: 0,
    max: 0xff,
    write: (writer, value) => writer.u8(value),
    read: (reader) => reader.u8(),
    readText: "r.u8()",
  },
  u16: { min: 0, max: 0xffff, write: varint, read: (reader) => reader.u16(), readText: "r.u16()" },
  u32: { min: 0, max: 0xffff_ffff, write: varint, read: (reader) => reader.u32(), readText: "r.u32()" },
  i8: {
    min: -0x80,
    max: 0x7f,
    write: (writer, value) => writer.u8(value & 0xff),
    read: (reader) => (reader.u8() << 24) >> 24,
  },
  i16: { min: -0x8000, max: 0x7fff, write: zigzag, read: (reader) => unzigzag(reader.u16()) },
  i32: { min: -0x8000_0000, max: 0x7fff_ffff, write: zigzag, read: (reader) => unzigzag(reader.u32()) },
} as const satisfies Record<string, Format<number>>;

/** 64 bits as numbers. */
const safeFormats = {
  unsigned: {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    write: varint,
    read: (reader) => reader.u64Number(),
    readText: "r.u64Number()",
  },
  signed: {
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    write: zigzag,
    read: (reader) => reader.i64Number(),
    readText: "r.i64Number()",
  },
} as const satisfies Record<string, Format<number>>;

/** What number values do not hold. */
const bigFormats = {
  u64: { min: 0n, max: (1n << 64n) - 1n, write: bigVarint, read: (reader) => reader.u64(), readText: "r.u64()" },
  i64: {
    min: -(1n << 63n),
    max: (1n << 63n) - 1n,
    write: bigZigzag,
    read: (reader) => reader.i64(),
    readText: "r.i64()",
  },
  u128: { min: 0n, max: (1n << 128n) - 1n, write: bigVarint, read: (reader) => reader.u128(), readText: "r.u128()" },
  i128: {
    min: -(1n << 127n),
    max: (1n << 127n) - 1n,
    write: bigZigzag,
    read: (reader) => reader.i128(),
    readText: "r.i128()",
  },
} as const satisfies Record<string, Format<bigint>>;

/** What the integers have in common. */
abstract class IntegerCodec<N extends number | bigint> extends EmittingCodec<N> {
  readonly shape: Shape;

  constructor(
    readonly rustName: IntegerType,
    as: "number" | "bigint",
    protected readonly format: Format<N>,
  ) {
    super();
    this.shape = { kind: "integer", type: rustName, as };
  }

  override get minSize(): number {
    return 1;
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(a: N, b: N): number {
    return compareNumbers(a, b);
  }

  override get isInlined(): boolean {
    return true;
  }

  override get isHashable(): boolean {
    return true;
  }

  override hash(stream: HashStream, value: N): void {
    stream.integer(value, bytesOf(this.rustName));
  }

  override read(reader: Reader): N {
    return this.format.read(reader);
  }

  override emitWrite(code: Emitter, value: string): void {
    code.line(`${code.constant(this)}.write(w, ${value});`);
  }

  override emitRead(code: Emitter): string {
    return this.format.readText ?? `${code.constant(this)}.read(r)`;
  }

  /** The error for a value that the type does not have. */
  protected refuse(value: unknown): EncodeError {
    const { min, max } = this.format;
    if (typeof value !== typeof max) return wrongType(`a ${typeof max} for ${this.rustName}`, value);
    const range = `an integer from ${min} to ${max}, as ${this.rustName} is`;
    return new EncodeError("outOfRange", `${describe(value)} is not ${range}`);
  }
}

// The checks of the two are apart, as V8 compares fast only what is always of one type.

class NumberCodec extends IntegerCodec<number> {
  constructor(rustName: IntegerType, format: Format<number>) {
    super(rustName, "number", format);
  }

  override write(writer: Writer, value: number): void {
    const { min, max, write } = this.format;
    if (!(Number.isInteger(value) && value >= min && value <= max)) throw this.refuse(value);
    write(writer, value);
  }
}

class BigIntCodec extends IntegerCodec<bigint> {
  constructor(rustName: IntegerType, format: Format<bigint>) {
    super(rustName, "bigint", format);
  }

  override write(writer: Writer, value: bigint): void {
    const { min, max, write } = this.format;
    if (typeof value !== "bigint" || value < min || value > max) throw this.refuse(value);
    write(writer, value);
  }
}

/** A codec of its own type, because sequences of it are byte arrays. */
export class U8Codec extends NumberCodec {
  declare readonly rustName: "u8";
}

/** The types of 64 bits, as bigint. */
class WideCodec extends BigIntCodec {
  constructor(
    rustName: IntegerType,
    format: Format<bigint>,
    private readonly safe: Format<number>,
  ) {
    super(rustName, format);
  }

  /** The same type with number values within ±(2^53-1); others are refused on encode and on decode. */
  asNumber(): Codec<number> {
    return new NumberCodec(this.rustName, this.safe);
  }
}

function varint(writer: Writer, value: number): void {
  writer.varint(value);
}

function zigzag(writer: Writer, value: number): void {
  writer.zigzag(value);
}

function bigVarint(writer: Writer, value: bigint): void {
  writer.bigVarint(value);
}

function bigZigzag(writer: Writer, value: bigint): void {
  writer.bigVarint(value >= 0n ? value << 1n : (-value << 1n) - 1n);
}

function unzigzag(bits: number): number {
  return (bits >>> 1) ^ -(bits & 1);
}

/** How many bytes an integer has in the memory of a 64-bit machine. */
export function bytesOf(type: IntegerType): number {
  const bits = Number(/\d+$/.exec(type)?.[0] ?? 64);
  return bits / 8;
}

/** Rust's `u8`. Sequences of it are `Uint8Array`s. */
export const u8 = new U8Codec("u8", formats.u8);
/** Rust's `u16`. */
export const u16: Codec<number> = new NumberCodec("u16", formats.u16);
/** Rust's `u32`. */
export const u32: Codec<number> = new NumberCodec("u32", formats.u32);
/** Rust's `i8`. */
export const i8: Codec<number> = new NumberCodec("i8", formats.i8);
/** Rust's `i16`. */
export const i16: Codec<number> = new NumberCodec("i16", formats.i16);
/** Rust's `i32`. */
export const i32: Codec<number> = new NumberCodec("i32", formats.i32);
/** Rust's `u64`, as bigint; `t.u64.asNumber()` for safe-integer numbers. */
export const u64 = new WideCodec("u64", bigFormats.u64, safeFormats.unsigned);
/** Rust's `usize`, which travels as `u64`; bigint, or `asNumber()`. */
export const usize = new WideCodec("usize", bigFormats.u64, safeFormats.unsigned);
/** Rust's `i64`, as bigint; `t.i64.asNumber()` for safe-integer numbers. */
export const i64 = new WideCodec("i64", bigFormats.i64, safeFormats.signed);
/** Rust's `isize`, which travels as `i64`; bigint, or `asNumber()`. */
export const isize = new WideCodec("isize", bigFormats.i64, safeFormats.signed);
/** Rust's `u128`, as bigint. */
export const u128: Codec<bigint> = new BigIntCodec("u128", bigFormats.u128);
/** Rust's `i128`, as bigint. */
export const i128: Codec<bigint> = new BigIntCodec("i128", bigFormats.i128);
