import { Writer } from "./writer.js";

const MASK_32 = 0xffff_ffffn;
const encoder = new TextEncoder();

/**
 * The bytes that Rust's `Hash` of a value feeds to a hasher, on a 64-bit little-endian machine: what a hasher makes of them depends
 * on nothing else (spec 06 §7.3).
 */
export class HashStream {
  readonly #writer = new Writer(64);

  /** What was fed so far; valid until the next feed or reset. */
  get bytes(): Uint8Array {
    return this.#writer.bytes.subarray(0, this.#writer.length);
  }

  /** Forgets what was fed and keeps the buffer. */
  reset(): void {
    this.#writer.reset();
  }

  /** One byte. */
  u8(value: number): void {
    this.#writer.u8(value & 0xff);
  }

  /** An integer of `size` bytes, least significant first; negative ones in two's complement. */
  integer(value: number | bigint, size: number): void {
    if (size > 4) return this.wide(BigInt(value), size);
    for (let i = 0, rest = Number(value); i < size; i++, rest >>= 8) this.u8(rest);
  }

  /** A count of items, or the discriminant of an enum: 8 bytes. */
  count(value: number): void {
    this.integer(value, 8);
  }

  /** The bytes alone, without a length. */
  raw(value: Uint8Array): void {
    this.#writer.raw(value);
  }

  /** UTF-8, and the byte that ends a `str`. */
  text(value: string): void {
    this.raw(encoder.encode(value));
    this.u8(0xff);
  }

  private wide(value: bigint, size: number): void {
    let rest = BigInt.asUintN(8 * size, value);
    for (let at = 0; at < size; at += 4, rest >>= 32n) this.integer(Number(rest & MASK_32) | 0, 4);
  }
}
