import { EncodeError } from "./errors.js";
import { nativeText } from "./native-text.js";

const encoder = new TextEncoder();
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const SEGMENT = 0x1000_0000; // 2^28: four varint bytes
const VARINT_MAX = 10; // bytes of the longest varint of 64 bits
const SHORT_TEXT = nativeText === undefined ? 48 : 40; // up to here a loop beats what is there else
const ONE_BYTE_LENGTH = 0x80; // lengths below this take one byte
const SHORT_RAW = 24; // up to here a loop beats TypedArray.set

interface WellFormed {
  isWellFormed(): boolean;
}

/**
 * A growing buffer that values are appended to.
 *
 * `bytes` is the whole buffer (replaced when it grows), `length` the written part. Both may be used directly, for
 * instance to leave room for a length and patch it after the value is written, or to take back a value whose encoding
 * failed half way by setting `length` to what it was.
 */
export class Writer {
  /** The buffer; only the first `length` bytes are written. Another array after growth. */
  bytes: Uint8Array;
  /** How many bytes are written; the next write goes here. */
  length = 0;
  /** Nesting through `t.lazy` of the value being written. */
  depth = 0;
  private view: DataView;

  /** @param capacity bytes to begin with */
  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Forgets what was written and keeps the buffer. */
  reset(): void {
    this.length = 0;
    this.depth = 0;
  }

  /** Makes room for `count` more bytes without writing any. */
  ensure(count: number): void {
    const needed = this.length + count;
    if (needed > this.bytes.length) this.grow(needed);
  }

  /** A copy of the written part. */
  take(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** One byte, 0 to 255. */
  u8(value: number): void {
    this.ensure(1);
    this.bytes[this.length++] = value;
  }

  /** A safe unsigned integer as varint; the caller has checked it. */
  varint(value: number): void {
    this.ensure(VARINT_MAX);
    this.putVarint(value);
  }

  /** Zigzag and varint of a safe integer; the caller has checked it. */
  zigzag(value: number): void {
    const sign = value < 0 ? 1 : 0;
    const magnitude = sign === 1 ? -(value + 1) : value;
    if (magnitude < SEGMENT) {
      this.varint(magnitude * 2 + sign);
    } else {
      // Doubling may leave the safe integers, so the first seven bits go out on their own.
      this.ensure(1);
      this.bytes[this.length++] = ((magnitude % 64) * 2 + sign) | 0x80;
      this.varint(Math.floor(magnitude / 64));
    }
  }

  /** An unsigned integer of any size as varint; the caller has checked it. */
  bigVarint(value: bigint): void {
    let rest = value;
    while (rest > SAFE_MAX) {
      this.ensure(4);
      this.segment(Number(BigInt.asUintN(28, rest)));
      rest >>= 28n;
    }
    this.varint(Number(rest));
  }

  /** Four bytes, IEEE 754, little-endian. */
  f32(value: number): void {
    this.ensure(4);
    this.view.setFloat32(this.length, value, true);
    this.length += 4;
  }

  /** Eight bytes, IEEE 754, little-endian. */
  f64(value: number): void {
    this.ensure(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** The bytes alone, without a length. */
  raw(value: Uint8Array): void {
    const count = value.length;
    this.ensure(count);
    if (count <= SHORT_RAW) {
      const bytes = this.bytes;
      const at = this.length;
      for (let i = 0; i < count; i++) bytes[at + i] = value[i]!;
    } else {
      this.bytes.set(value, this.length);
    }
    this.length += count;
  }

  /**
   * UTF-8 with its length in front.
   *
   * @throws EncodeError for a lone surrogate, which UTF-8 cannot hold
   */
  text(value: string): void {
    if (value.length <= SHORT_TEXT ? this.asciiText(value) : this.nativeAsciiText(value)) return;
    this.longText(value);
  }

  /**
   * Puts the length in front of everything written since `start`.
   *
   * For contents whose size is known only afterwards: remember `length`, write, then call this.
   */
  prefixLength(start: number): void {
    const size = this.length - start;
    let prefix = 1;
    for (let rest = Math.floor(size / 128); rest > 0; rest = Math.floor(rest / 128)) prefix++;
    this.ensure(prefix);
    this.bytes.copyWithin(start + prefix, start, start + size);
    this.length = start;
    this.putVarint(size);
    this.length = start + prefix + size;
  }

  /** Short text, if it is ASCII. @returns whether it is; if not, nothing is written */
  private asciiText(value: string): boolean {
    const count = value.length;
    this.ensure(1 + count);
    const bytes = this.bytes;
    const start = this.length + 1;
    let seen = 0;
    let i = 0;
    for (; count - i >= 4; i += 4) {
      const a = value.charCodeAt(i);
      const b = value.charCodeAt(i + 1);
      const c = value.charCodeAt(i + 2);
      const d = value.charCodeAt(i + 3);
      seen |= a | b | c | d;
      bytes[start + i] = a;
      bytes[start + i + 1] = b;
      bytes[start + i + 2] = c;
      bytes[start + i + 3] = d;
    }
    for (; i < count; i++) {
      const a = value.charCodeAt(i);
      seen |= a;
      bytes[start + i] = a;
    }
    if (seen > 0x7f) return false;
    bytes[start - 1] = count;
    this.length = start + count;
    return true;
  }

  /** The same for longer text, as long as its length takes one byte. */
  private nativeAsciiText(value: string): boolean {
    const count = value.length;
    if (nativeText === undefined || count >= ONE_BYTE_LENGTH) return false;
    // Room for the longest form: V8 then counts nothing beforehand.
    const bytesMax = count * 3;
    this.ensure(1 + bytesMax);
    if (nativeText.utf8Write.call(this.bytes, value, this.length + 1, bytesMax) !== count) return false;
    this.bytes[this.length] = count;
    this.length += 1 + count;
    return true;
  }

  private longText(value: string): void {
    if (!(value as unknown as WellFormed).isWellFormed()) {
      throw new EncodeError("invalidValue", "text holds a lone surrogate, which UTF-8 cannot express");
    }
    // Guess the size of the length from the best case, so that ASCII never moves.
    const start = this.length;
    const guess = value.length < 0x80 ? 1 : value.length < 0x4000 ? 2 : value.length < 0x20_0000 ? 3 : 5;
    this.ensure(VARINT_MAX + value.length * 3);
    const size = encoder.encodeInto(value, this.bytes.subarray(start + guess)).written;
    this.putVarint(size);
    const prefix = this.length - start;
    if (prefix !== guess) {
      encoder.encodeInto(value, this.bytes.subarray(this.length));
    }
    this.length += size;
  }

  /** A safe unsigned integer as varint; room for it is there, so that the buffer stays the same. */
  private putVarint(value: number): void {
    if (value < SEGMENT) {
      this.segments(value);
    } else {
      this.segment(value % SEGMENT);
      this.segments(Math.floor(value / SEGMENT));
    }
  }

  /** Four varint bytes that are not the last; room for them is there. */
  private segment(value: number): void {
    const bytes = this.bytes;
    const at = this.length;
    bytes[at] = value | 0x80;
    bytes[at + 1] = (value >>> 7) | 0x80;
    bytes[at + 2] = (value >>> 14) | 0x80;
    bytes[at + 3] = (value >>> 21) | 0x80;
    this.length = at + 4;
  }

  /** The last varint bytes of a number below 2^32; room for them is there. */
  private segments(value: number): void {
    const bytes = this.bytes;
    let at = this.length;
    let rest = value;
    while (rest > 0x7f) {
      bytes[at++] = rest | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.length = at;
  }

  private grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2, 64));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
