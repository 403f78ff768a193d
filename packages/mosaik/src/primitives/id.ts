import { compareBytes } from "@mosaik/postcard";
import { toHex } from "./bytes.js";

/** 32 bytes that name something. Immutable; each kind of id interns its own. */
export abstract class Id {
  protected readonly raw: Uint8Array;
  #hex: string | undefined;

  protected constructor(bytes: Uint8Array) {
    this.raw = bytes;
  }

  /** The order of Rust: lexicographic by byte. */
  static compare(this: void, a: Id, b: Id): number {
    return compareBytes(a.raw, b.raw);
  }

  /** A copy of the 32 bytes. */
  get bytes(): Uint8Array {
    return this.raw.slice();
  }

  /** 64 lowercase hexadecimal digits. */
  get hex(): string {
    return (this.#hex ??= toHex(this.raw));
  }

  /** The first 5 bytes in hexadecimal, for logs and labels. */
  short(): string {
    return this.hex.slice(0, 10);
  }

  equals(other: this): boolean {
    return this === other;
  }

  /** Writes the 32 bytes into `target` at `offset`, without a copy between. */
  copyTo(target: Uint8Array, offset: number): void {
    target.set(this.raw, offset);
  }

  toString(): string {
    return this.hex;
  }

  toJSON(): string {
    return this.hex;
  }
}
