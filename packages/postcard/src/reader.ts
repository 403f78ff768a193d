import { DecodeError, type DecodeErrorCode } from "./errors.js";
import { COPY_BELOW_BYTES, ZERO_SIZE_ITEMS_MAX } from "./limits.js";
import { recentText } from "./recent-text.js";
import { shortText } from "./short-text.js";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const SEGMENT = 0x1000_0000; // 2^28: four varint bytes
const SAFE_HIGH_MAX = 0x01ff_ffff; // what lies above 28 bits in 2^53-1
const SHORT_RAW = 32; // up to here a loop beats TypedArray.set
const VIEWED_BYTES_MIN = 1024; // from here on a DataView pays for itself

/** For the bits of floats, as input need not be aligned. */
const floats = new DataView(new ArrayBuffer(8));
const floatBytes = new Uint8Array(floats.buffer);

/**
 * Reads values in place from `bytes`, between `offset` and `end`.
 *
 * Every method throws `DecodeError` when the input ends too early. After an error the offset is anywhere; call `reset`.
 */
export class Reader {
  /** The input; read in place, never written. */
  bytes: Uint8Array;
  /** The next byte to read. */
  offset: number;
  /** The end of the readable part. */
  end: number;
  /** Nesting through `t.lazy` of the value being read. */
  depth = 0;
  private zeroSizeItems = 0;
  /** Of `bytes`, where they are many. */
  private view: DataView | undefined;
  // Bits 28 to 55 and 56 to 63 of the last long varint.
  private middle = 0;
  private top = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.offset = start;
    this.end = end;
    this.checkBounds();
  }

  /** Points the reader at other bytes, or another part of these, and starts its limits afresh. */
  reset(bytes: Uint8Array, start = 0, end = bytes.length): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = viewOf(bytes);
    }
    this.offset = start;
    this.end = end;
    this.depth = 0;
    this.zeroSizeItems = 0;
    this.checkBounds();
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.end - this.offset;
  }

  /** One byte. */
  u8(): number {
    if (this.offset >= this.end) throw this.ended();
    return this.bytes[this.offset++]!;
  }

  /** A varint of at most 16 bits. */
  u16(): number {
    return this.narrow(3, 0x03);
  }

  /** A varint of at most 32 bits. */
  u32(): number {
    return this.narrow(5, 0x0f);
  }

  /** A varint of at most 64 bits, as a number; beyond 2^53-1 it is `outOfRange`. */
  u64Number(): number {
    const { bytes, end } = this;
    let at = this.offset;
    let low = 0;
    for (let shift = 0; shift < 28 && at < end; shift += 7) {
      const byte = bytes[at++]!;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.offset = at;
        return low;
      }
    }
    let high = 0;
    for (let shift = 0; shift < 21 && at < end; shift += 7) {
      const byte = bytes[at++]!;
      high |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.offset = at;
        return high * SEGMENT + low;
      }
    }
    return this.longU64Number();
  }

  /** `u64Number` of more than seven bytes, or of bytes that are cut. */
  private longU64Number(): number {
    const low = this.u64Low();
    if (this.top !== 0 || this.middle > SAFE_HIGH_MAX) throw this.unsafe();
    return this.middle * SEGMENT + low;
  }

  /** A varint of at most 64 bits. */
  u64(): bigint {
    const low = this.u64Low();
    if (this.top === 0 && this.middle <= SAFE_HIGH_MAX) return BigInt(this.middle * SEGMENT + low);
    return (BigInt(this.top * SEGMENT + this.middle) << 28n) | BigInt(low);
  }

  /** A zigzag varint of at most 64 bits, as a number; beyond ±(2^53-1) it is `outOfRange`. */
  i64Number(): number {
    const low = this.u64Low();
    if (this.middle === 0 && this.top === 0) return (low >>> 1) ^ -(low & 1);
    // Halve across the segments, so that nothing leaves the safe integers.
    const magnitude = (this.middle * SEGMENT) / 2 + (low >>> 1);
    const negative = (low & 1) === 1;
    if (this.top !== 0 || magnitude > (negative ? Number.MAX_SAFE_INTEGER - 1 : Number.MAX_SAFE_INTEGER)) {
      throw this.unsafe();
    }
    return negative ? -magnitude - 1 : magnitude;
  }

  /** A zigzag varint of at most 64 bits. */
  i64(): bigint {
    return unzigzag(this.u64());
  }

  /** A varint of at most 128 bits. */
  u128(): bigint {
    const start = this.offset;
    let value = 0n;
    for (let at = 0; at < 19; at++) {
      const byte = this.u8();
      if (at === 18 && byte > 0x03) throw this.badVarint(start, byte);
      value |= BigInt(byte & 0x7f) << BigInt(at * 7);
      if (byte < 0x80) break;
    }
    return value;
  }

  /** A zigzag varint of at most 128 bits. */
  i128(): bigint {
    return unzigzag(this.u128());
  }

  /** Four bytes, IEEE 754, little-endian. */
  f32(): number {
    this.need(4);
    const { bytes, view } = this;
    const at = this.offset;
    this.offset = at + 4;
    if (view !== undefined) return view.getFloat32(at, true);
    for (let i = 0; i < 4; i++) floatBytes[i] = bytes[at + i]!;
    return floats.getFloat32(0, true);
  }

  /** Eight bytes, IEEE 754, little-endian. */
  f64(): number {
    this.need(8);
    const { bytes, view } = this;
    const at = this.offset;
    this.offset = at + 8;
    if (view !== undefined) return view.getFloat64(at, true);
    for (let i = 0; i < 8; i++) floatBytes[i] = bytes[at + i]!;
    return floats.getFloat64(0, true);
  }

  /** The length of text or bytes, checked against what is left. */
  byteLength(): number {
    const start = this.offset;
    const low = this.u64Low();
    if (this.middle !== 0 || this.top !== 0 || low > this.end - this.offset) {
      throw new DecodeError("unexpectedEnd", "a length goes beyond the end of the input", start);
    }
    return low;
  }

  /**
   * The number of items in a sequence, checked against what is left.
   *
   * @param minSize the smallest size of an item in bytes; if 0, the total of such items is bounded instead
   */
  count(minSize: number): number {
    const start = this.offset;
    const low = this.u64Low();
    const count = this.top === 0 ? this.middle * SEGMENT + low : Infinity;
    if (minSize === 0) this.chargeZeroSize(count);
    else if (count * minSize > this.end - this.offset) {
      throw new DecodeError("unexpectedEnd", "a count promises more items than the input can hold", start);
    }
    return count;
  }

  /** Counts items that take no bytes against `ZERO_SIZE_ITEMS_MAX`. */
  chargeZeroSize(count: number): void {
    this.zeroSizeItems += count;
    if (this.zeroSizeItems > ZERO_SIZE_ITEMS_MAX) {
      throw new DecodeError("tooManyItems", `more than ${ZERO_SIZE_ITEMS_MAX} items of no size`, this.offset);
    }
  }

  /** The next bytes: a copy below 16 KiB, so that a small value does not hold on to its chunk; a view above. */
  raw(count: number): Uint8Array {
    this.need(count);
    const start = this.offset;
    this.offset = start + count;
    const bytes = this.bytes;
    // Neither slice nor subarray: on a Node Buffer the first would not copy, and both would give Buffers.
    if (count >= COPY_BELOW_BYTES) return new Uint8Array(bytes.buffer, bytes.byteOffset + start, count);
    const copy = new Uint8Array(count);
    if (count <= SHORT_RAW) for (let i = 0; i < count; i++) copy[i] = bytes[start + i]!;
    else copy.set(bytes.subarray(start, this.offset));
    return copy;
  }

  /** UTF-8 with its length in front. */
  text(): string {
    const start = this.offset;
    if (start < this.end) {
      const count = this.bytes[start]!;
      if (count < 0x80 && count < this.end - start) {
        this.offset = start + 1;
        return this.utf8(count);
      }
    }
    return this.utf8(this.byteLength());
  }

  /** The next `count` bytes as UTF-8. */
  utf8(count: number): string {
    this.need(count);
    const start = this.offset;
    this.offset = start + count;
    const { bytes, view } = this;
    const text = view === undefined ? shortText(bytes, start, count) : recentText(bytes, view, start, count);
    if (text !== undefined) return text;
    try {
      return decoder.decode(this.bytes.subarray(start, this.offset));
    } catch {
      throw new DecodeError("invalidUtf8", "text is not UTF-8", start);
    }
  }

  /** An error at an offset, by default the current one, for codecs to throw. */
  error(code: DecodeErrorCode, detail: string, offset = this.offset): DecodeError {
    return new DecodeError(code, detail, offset);
  }

  private need(count: number): void {
    if (count > this.end - this.offset) throw this.ended();
  }

  /** A varint of up to 32 bits: at most `bytesMax` bytes, the last of which is at most `lastMax`. */
  private narrow(bytesMax: number, lastMax: number): number {
    const start = this.offset;
    const first = this.u8();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let at = 1; at < bytesMax; at++) {
      const byte = this.u8();
      if (at === bytesMax - 1 && byte > lastMax) throw this.badVarint(start, byte);
      value |= (byte & 0x7f) << (at * 7);
      if (byte < 0x80) break;
    }
    return value >>> 0;
  }

  /** A varint of up to 64 bits: returns bits 0 to 27, leaves the others in `middle` and `top`. */
  private u64Low(): number {
    this.middle = 0;
    this.top = 0;
    const first = this.u8();
    if (first < 0x80) return first;
    return this.u64Rest(first & 0x7f);
  }

  private u64Rest(first: number): number {
    const start = this.offset - 1;
    let low = first;
    for (let at = 1; at < 10; at++) {
      const byte = this.u8();
      if (at < 4) low |= (byte & 0x7f) << (at * 7);
      else if (at < 8) this.middle |= (byte & 0x7f) << (at * 7 - 28);
      else if (at < 9) this.top = byte & 0x7f;
      else if (byte > 0x01) throw this.badVarint(start, byte);
      else this.top |= byte << 7;
      if (byte < 0x80) break;
    }
    return low;
  }

  private badVarint(start: number, lastByte: number): DecodeError {
    return lastByte >= 0x80
      ? new DecodeError("varintTooLong", "a varint is too long for its type", start)
      : new DecodeError("outOfRange", "a varint is too large for its type", start);
  }

  private unsafe(): DecodeError {
    return new DecodeError("outOfRange", "an integer beyond 2^53-1 does not fit a number", this.offset);
  }

  private ended(): DecodeError {
    return new DecodeError("unexpectedEnd", "the input ends inside the value", this.end);
  }

  private checkBounds(): void {
    if (this.offset < 0 || this.offset > this.end || this.end > this.bytes.length) {
      throw new TypeError(`a reader from ${this.offset} to ${this.end} of ${this.bytes.length} bytes`);
    }
  }
}

function viewOf(bytes: Uint8Array): DataView | undefined {
  return bytes.length < VIEWED_BYTES_MIN ? undefined : new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function unzigzag(value: bigint): bigint {
  return (value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n;
}
