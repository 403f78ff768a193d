import { blake3 } from "@noble/hashes/blake3.js";

/** The cryptography of a node. */
export interface RuntimeCrypto {
  publicKey(secretKey: Uint8Array): Uint8Array;
  sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  isPublicKey(bytes: Uint8Array): boolean;
  hash(bytes: Uint8Array): Uint8Array;
}

/**
 * Stands in for Ed25519 in simulations: a signature is a hash of the public key and the message. It detects whatever was
 * altered, costs next to nothing, and proves nothing: anybody can make one. Hashes are real BLAKE3, since ids are made of them.
 */
export const standInCrypto: RuntimeCrypto = {
  publicKey(secretKey) {
    if (secretKey.length !== 32) throw new TypeError(`a secret key has 32 bytes, not ${secretKey.length}`);
    return mix(32, 0x6b657973, secretKey, secretKey);
  },
  sign(secretKey, message) {
    return mix(64, 0x7369676e, this.publicKey(secretKey), message);
  },
  verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    const expected = mix(64, 0x7369676e, publicKey, message);
    return expected.every((byte, i) => byte === signature[i]);
  },
  isPublicKey: (bytes) => bytes.length === 32,
  hash: (bytes) => blake3(bytes),
};

/** A fast hash of two byte strings: four lanes of multiply and rotate, squeezed to `lengthBytes` (a multiple of four). */
function mix(lengthBytes: number, domain: number, first: Uint8Array, second: Uint8Array): Uint8Array {
  const lanes = new Int32Array([domain, 0x9e3779b1, 0x85ebca77, 0xc2b2ae3d]);
  absorb(lanes, first);
  absorb(lanes, second);
  const out = new Uint8Array(lengthBytes);
  for (let at = 0; at < lengthBytes; at += 4) {
    const word = absorbWord(lanes, at);
    out[at] = word;
    out[at + 1] = word >>> 8;
    out[at + 2] = word >>> 16;
    out[at + 3] = word >>> 24;
  }
  return out;
}

function absorb(lanes: Int32Array, bytes: Uint8Array): void {
  absorbWord(lanes, bytes.length);
  for (let at = 0; at < bytes.length; at += 4) {
    absorbWord(lanes, bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
  }
  for (let i = 0; i < 4; i++) absorbWord(lanes, i);
}

/** One round; every lane depends on every word after four of them. */
function absorbWord(lanes: Int32Array, word: number): number {
  const mixed = Math.imul(lanes[0]! ^ word, 0x85ebca6b);
  const turned = ((mixed << 15) | (mixed >>> 17)) + lanes[3]!;
  lanes[0] = lanes[1]! ^ turned;
  lanes[1] = Math.imul(lanes[2]! + turned, 0xc2b2ae35);
  lanes[2] = lanes[3]! ^ (turned >>> 13);
  lanes[3] = turned;
  return lanes[0] ^ (lanes[1] >>> 16);
}
