import { TdxError } from "./errors.js";

/** Reads fields one after the other, little-endian, and never past the end. */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u16(what: string): number {
    return this.#view.getUint16(this.#take(2, what), true);
  }

  u32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), true);
  }

  u64(what: string): bigint {
    return this.#view.getBigUint64(this.#take(8, what), true);
  }

  /** A view of the next bytes, no copy. */
  bytes(length: number, what: string): Uint8Array {
    const start = this.#take(length, what);
    return this.#bytes.subarray(start, start + length);
  }

  /** The rest. */
  rest(): Uint8Array {
    return this.bytes(this.remaining, "the rest");
  }

  #take(length: number, what: string): number {
    if (length > this.remaining) {
      throw new TdxError("malformedQuote", `it ends in ${what}, at byte ${this.#bytes.length}`);
    }
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
