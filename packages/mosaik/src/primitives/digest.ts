import { blake3 } from "@noble/hashes/blake3.js";
import { concatBytes, fromHex } from "./bytes.js";
import { Id } from "./id.js";
import { InternTable } from "./intern.js";

const table = new InternTable<Digest>();
const utf8 = new TextEncoder();

/** What every API takes where it needs a `Digest`: one, or a text by the rule of `Digest.from`. */
export type DigestLike = Digest | string;

/**
 * An opaque 32-byte id (spec 01 §1): of a network, a stream, a tag, a group, a ticket class. Immutable and interned: equal
 * digests are the same object, so they serve as keys of a `Map`.
 */
export class Digest extends Id {
  private constructor(bytes: Uint8Array) {
    super(bytes);
  }

  /**
   * From text, or bytes taken as text: exactly 64 hexadecimal digits are the id itself, anything else is hashed with BLAKE3
   * (spec 01 §1.2). A raw slice of 32 bytes is hashed too: use `fromBytes` for those.
   */
  static from(value: DigestLike | Uint8Array): Digest {
    if (value instanceof Digest) return value;
    if (typeof value !== "string" && !(value instanceof Uint8Array)) {
      throw new TypeError(`a Digest is made from text or bytes, not from ${String(value)}`);
    }
    const length = value.length;
    if (length === 64) {
      const text = typeof value === "string" ? value : String.fromCharCode(...value);
      const literal = fromHex(text);
      if (literal !== undefined) return Digest.fromBytes(literal);
    }
    return Digest.hash(typeof value === "string" ? utf8.encode(value) : value);
  }

  /** These 32 bytes. @throws RangeError for any other length. */
  static fromBytes(bytes: Uint8Array): Digest {
    if (bytes.length !== 32) throw new RangeError(`a Digest has 32 bytes, not ${bytes.length}`);
    return table.get(bytes, (copy) => new Digest(copy));
  }

  /** BLAKE3 of `bytes`, without the rule for hexadecimal digits. */
  static hash(bytes: Uint8Array): Digest {
    return Digest.fromBytes(blake3(bytes));
  }

  /** BLAKE3 of the parts joined without separators; texts as UTF-8. */
  static fromParts(parts: readonly (string | Uint8Array)[]): Digest {
    return Digest.hash(concatBytes(...parts.map((part) => (typeof part === "string" ? utf8.encode(part) : part))));
  }

  /**
   * 32 bytes that are zero but for the last `widthBytes`, which hold `value` in little-endian two's complement: Rust's
   * `from_u8` to `from_i128` (spec 01 §1.2). @throws RangeError if the value does not fit.
   */
  static fromInteger(value: bigint | number, widthBytes: 1 | 2 | 4 | 8 | 16): Digest {
    const bits = BigInt(8 * widthBytes);
    const integer = BigInt(value);
    if (integer >= 1n << bits || integer < -(1n << (bits - 1n))) {
      throw new RangeError(`${integer} does not fit into ${widthBytes} bytes`);
    }
    let rest = BigInt.asUintN(8 * widthBytes, integer);
    const bytes = new Uint8Array(32);
    for (let i = 32 - widthBytes; i < 32; i++) {
      bytes[i] = Number(rest & 255n);
      rest >>= 8n;
    }
    return Digest.fromBytes(bytes);
  }

  /** 32 zero bytes. */
  static zero(): Digest {
    return Digest.fromBytes(new Uint8Array(32));
  }

  /** A random digest from a source of random bytes, such as a runtime's. */
  static random(random: { bytes(length: number): Uint8Array }): Digest {
    return Digest.fromBytes(random.bytes(32));
  }

  /** The strict text form of JSON: 64 hexadecimal digits of either case. @throws TypeError for any other text. */
  static parse(text: string): Digest {
    const bytes = text.length === 64 ? fromHex(text) : undefined;
    if (bytes === undefined) throw new TypeError(`not 64 hexadecimal digits: ${JSON.stringify(text)}`);
    return Digest.fromBytes(bytes);
  }

  get [Symbol.toStringTag](): "Digest" {
    return "Digest";
  }

  /** BLAKE3 of this digest followed by `info`; text as UTF-8. */
  derive(info: string | Uint8Array | Digest): Digest {
    return Digest.fromParts([this.raw, info instanceof Digest ? info.raw : info]);
  }

  /** BLAKE3 of this digest. */
  hashed(): Digest {
    return Digest.hash(this.raw);
  }
}

/** An id of the program's own. */
export type UniqueId = Digest;
/** The id of a network. */
export type NetworkId = Digest;
/** The id of a stream. */
export type StreamId = Digest;
/** A label that a node gives itself. */
export type Tag = Digest;
