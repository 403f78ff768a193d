import { Codec } from "../codec.js";
import { EncodeError, wrongType } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import { arrayName } from "../names.js";
import { compareBytes } from "../order.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";

/** Bytes with their length in front. Read values below 16 KiB are copies, larger ones views into the input. */
export class BytesCodec extends Codec<Uint8Array> {
  readonly shape: Shape = { kind: "bytes" };

  constructor(readonly rustName: string | undefined) {
    super();
  }

  override get minSize(): number {
    return 1;
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(a: Uint8Array, b: Uint8Array): number {
    return compareBytes(a, b);
  }

  override get isHashable(): boolean {
    return true;
  }

  override hash(stream: HashStream, value: Uint8Array): void {
    stream.count(value.length);
    stream.raw(value);
  }

  override write(writer: Writer, value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw wrongType("a Uint8Array", value);
    writer.varint(value.length);
    writer.raw(value);
  }

  override read(reader: Reader): Uint8Array {
    return reader.raw(reader.byteLength());
  }
}

/** A fixed number of bytes, without a length. */
export class FixedBytesCodec extends Codec<Uint8Array> {
  readonly shape: Shape;

  constructor(
    readonly length: number,
    readonly rustName: string | undefined,
  ) {
    super();
    this.shape = { kind: "fixedBytes", length };
  }

  override get minSize(): number {
    return this.length;
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(a: Uint8Array, b: Uint8Array): number {
    return compareBytes(a, b);
  }

  override get isHashable(): boolean {
    return true;
  }

  override hash(stream: HashStream, value: Uint8Array): void {
    stream.count(value.length);
    stream.raw(value);
  }

  override write(writer: Writer, value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw wrongType(`a Uint8Array of ${this.length} bytes`, value);
    if (value.length !== this.length) {
      throw new EncodeError("wrongLength", `expected ${this.length} bytes, got ${value.length}`);
    }
    writer.raw(value);
  }

  override read(reader: Reader): Uint8Array {
    return reader.raw(this.length);
  }
}

/** `bytes::Bytes`, the type of a byte string: a `Uint8Array`. */
export const bytes: Codec<Uint8Array> = new BytesCodec("bytes::bytes::Bytes");

/** Rust's `[u8; N]`: a `Uint8Array` of exactly `length` bytes, or a type of your own of that layout. */
export function fixedBytes(length: number, rustName?: string): Codec<Uint8Array> {
  if (!(Number.isSafeInteger(length) && length >= 0)) throw new TypeError(`an array of ${length} bytes`);
  return new FixedBytesCodec(length, rustName ?? arrayName("u8", length));
}
