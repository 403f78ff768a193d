import { fromHex } from "./bytes.js";
import { Id } from "./id.js";
import { InternTable } from "./intern.js";

const table = new InternTable<PeerId>();
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** What every API takes where it names a peer: a `PeerId`, or its text form. */
export type PeerIdLike = PeerId | string;

/**
 * A peer's identity: its Ed25519 public key, 32 bytes (spec 01 §1.5). The same key is the same peer on every network. Immutable
 * and interned: equal ids are the same object. Only the length is checked here; whether the bytes are a curve point is asked
 * of the runtime where it matters.
 */
export class PeerId extends Id {
  private constructor(bytes: Uint8Array) {
    super(bytes);
  }

  /**
   * From text: 64 lowercase hexadecimal digits, or 52 characters of base32 (RFC 4648, no padding, either case).
   * @throws TypeError for any other text.
   */
  static from(value: PeerIdLike): PeerId {
    if (value instanceof PeerId) return value;
    const bytes = typeof value === "string" ? parse(value) : undefined;
    if (bytes === undefined) {
      throw new TypeError(`not a peer id (64 lowercase hexadecimal digits or base32): ${JSON.stringify(value)}`);
    }
    return PeerId.fromBytes(bytes);
  }

  /** These 32 bytes. @throws RangeError for any other length. */
  static fromBytes(bytes: Uint8Array): PeerId {
    if (bytes.length !== 32) throw new RangeError(`a peer id has 32 bytes, not ${bytes.length}`);
    return table.get(bytes, (copy) => new PeerId(copy));
  }

  get [Symbol.toStringTag](): "PeerId" {
    return "PeerId";
  }
}

function parse(text: string): Uint8Array | undefined {
  if (text.length === 64) return /^[0-9a-f]*$/.test(text) ? fromHex(text) : undefined;
  return text.length === 52 ? fromBase32(text.toLowerCase()) : undefined;
}

function fromBase32(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(32);
  let held = 0;
  let heldBits = 0;
  let length = 0;
  for (const character of text) {
    const value = BASE32.indexOf(character);
    if (value < 0) return undefined;
    held = ((held << 5) | value) & 0xfff;
    heldBits += 5;
    if (heldBits >= 8) {
      heldBits -= 8;
      bytes[length++] = (held >> heldBits) & 255;
    }
  }
  // 52 characters hold 260 bits: the 4 that are left over must be zero.
  return (held & 15) === 0 ? bytes : undefined;
}
