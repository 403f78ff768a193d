import { Codec, type PartMap } from "../codec.js";
import { DecodeError, EncodeError } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";

/** How `t.transform` turns the values of a codec into others. */
export interface TransformOptions<T, U> {
  /** Makes the value that users see of a decoded one; what it throws becomes a `DecodeError`. */
  readonly to: (value: T) => U;
  /** Makes a value to encode of one that users give; what it throws becomes an `EncodeError`. */
  readonly from: (value: U) => T;
  /** Rust's name of the type, if it is not that of the inner codec. */
  readonly rustName?: string | undefined;
  /** Rust's order, if it is not that of the inner codec. */
  readonly compare?: (a: U, b: U) => number;
  /** Rust's hash, if it is not that of the inner codec. */
  readonly hash?: (stream: HashStream, value: U) => void;
}

class TransformCodec<T, U> extends Codec<U> {
  readonly shape: Shape;
  readonly rustName: string | undefined;
  private readonly to: (value: T) => U;
  private readonly from: (value: U) => T;
  private readonly order: ((a: U, b: U) => number) | undefined;

  constructor(
    private readonly inner: Codec<T>,
    private readonly options: TransformOptions<T, U>,
  ) {
    super();
    this.to = options.to;
    this.from = options.from;
    this.order = options.compare;
    this.rustName = "rustName" in options ? options.rustName : inner.rustName;
    this.shape = {
      kind: "transform",
      inner,
      to: options.to as (value: unknown) => unknown,
      from: options.from as (value: unknown) => unknown,
    };
  }

  override get minSize(): number {
    return this.inner.minSize;
  }

  override get isOrdered(): boolean {
    return this.order !== undefined || this.inner.isOrdered;
  }

  override compare(a: U, b: U): number {
    if (this.order !== undefined) return this.order(a, b);
    return this.inner.compare(this.toInner(a), this.toInner(b));
  }

  override get isHashable(): boolean {
    return this.options.hash !== undefined || this.inner.isHashable;
  }

  override hash(stream: HashStream, value: U): void {
    if (this.options.hash !== undefined) this.options.hash(stream, value);
    else this.inner.hash(stream, this.toInner(value));
  }

  override write(writer: Writer, value: U): void {
    this.inner.write(writer, this.toInner(value));
  }

  override read(reader: Reader): U {
    const start = reader.offset;
    const value = this.inner.read(reader);
    try {
      return this.to(value);
    } catch (error) {
      throw refusedBytes(error, start);
    }
  }

  protected override withParts(map: PartMap): Codec<U> {
    return new TransformCodec(map(this.inner), this.options);
  }

  private toInner(value: U): T {
    try {
      return this.from(value);
    } catch (error) {
      throw refusedValue(error);
    }
  }
}

/** How `t.custom` turns values into bytes. */
export interface CustomOptions<T> {
  /** Rust's name of the type. */
  readonly rustName?: string;
  /** The bytes of a value; what it throws becomes an `EncodeError`. */
  readonly encode: (value: T) => Uint8Array;
  /** The value of all the bytes that are left; what it throws becomes a `DecodeError`. */
  readonly decode: (bytes: Uint8Array) => T;
  /** Rust's order; bytewise if not given. */
  readonly compare?: (a: T, b: T) => number;
  /** Rust's hash; if not given, the values cannot be keys. */
  readonly hash?: (stream: HashStream, value: T) => void;
}

class CustomCodec<T> extends Codec<T> {
  readonly shape: Shape = { kind: "opaque" };
  readonly rustName: string | undefined;

  constructor(private readonly options: CustomOptions<T>) {
    super();
    this.rustName = options.rustName;
  }

  override get minSize(): number {
    return 0;
  }

  override get isOrdered(): boolean {
    return this.options.compare !== undefined;
  }

  override compare(a: T, b: T): number {
    return this.options.compare === undefined ? super.compare(a, b) : this.options.compare(a, b);
  }

  override get isHashable(): boolean {
    return this.options.hash !== undefined;
  }

  override hash(stream: HashStream, value: T): void {
    if (this.options.hash === undefined) super.hash(stream, value);
    else this.options.hash(stream, value);
  }

  override write(writer: Writer, value: T): void {
    let bytes;
    try {
      bytes = this.options.encode(value);
    } catch (error) {
      throw refusedValue(error);
    }
    if (!(bytes instanceof Uint8Array)) throw new TypeError("encode of a custom codec must return a Uint8Array");
    writer.raw(bytes);
  }

  override read(reader: Reader): T {
    const start = reader.offset;
    const bytes = reader.raw(reader.remaining);
    try {
      return this.options.decode(bytes);
    } catch (error) {
      throw refusedBytes(error, start);
    }
  }
}

/**
 * A codec with the bytes of another and values of your own: a class, a branded type, a `Date`.
 *
 * ```ts
 * const When = t.transform(t.i64.asNumber(), { to: (ms) => new Date(ms), from: (date) => date.getTime() });
 * ```
 */
export function transform<T, U>(inner: Codec<T>, options: TransformOptions<T, U>): Codec<U> {
  return new TransformCodec(inner, options);
}

/**
 * A codec of a format of its own. It takes all the bytes that are left, so it stands alone, at the end of a struct, or
 * in `t.encoded`.
 */
export function custom<T>(options: CustomOptions<T>): Codec<T> {
  return new CustomCodec(options);
}

function refusedBytes(error: unknown, offset: number): DecodeError {
  if (error instanceof DecodeError) return error;
  return new DecodeError("invalidValue", reason(error), offset, { cause: error });
}

function refusedValue(error: unknown): EncodeError {
  if (error instanceof EncodeError) return error;
  return new EncodeError("invalidValue", reason(error), { cause: error });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
