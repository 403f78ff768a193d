import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import type { CHash } from "@noble/hashes/utils.js";
import { Digest, equalInConstantTime } from "../../primitives/index.js";
import { keyBytes, keyFromHex, type SigningKey, type VerifyingKey } from "./keys.js";

/** A secret that signs and verifies: whoever can verify can issue. */
abstract class HmacKey implements SigningKey, VerifyingKey {
  readonly algorithm: string;
  readonly fingerprint: Digest;
  readonly #secret: Uint8Array;
  readonly #hash: CHash;

  protected constructor(bits: 256 | 384 | 512, hash: CHash, secret: Uint8Array) {
    this.algorithm = `HS${bits}`;
    this.#hash = hash;
    this.#secret = keyBytes(secret, bits / 8, `a key of ${this.algorithm}`);
    this.fingerprint = Digest.from(`hs${bits}`).derive(this.#secret);
  }

  sign(message: Uint8Array): Uint8Array {
    return hmac(this.#hash, this.#secret, message);
  }

  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return equalInConstantTime(this.sign(message), signature);
  }
}

/** HMAC with SHA-256: a secret of 32 bytes. */
export class Hs256 extends HmacKey {
  /** @throws TypeError for any other length */
  constructor(secret: Uint8Array) {
    super(256, sha256, secret);
  }

  /** @throws TypeError if the text is not that of 32 bytes */
  static fromHex(text: string): Hs256 {
    return new Hs256(keyFromHex(text, "a key of HS256"));
  }
}

/** HMAC with SHA-384: a secret of 48 bytes. */
export class Hs384 extends HmacKey {
  /** @throws TypeError for any other length */
  constructor(secret: Uint8Array) {
    super(384, sha384, secret);
  }

  /** @throws TypeError if the text is not that of 48 bytes */
  static fromHex(text: string): Hs384 {
    return new Hs384(keyFromHex(text, "a key of HS384"));
  }
}

/** HMAC with SHA-512: a secret of 64 bytes. */
export class Hs512 extends HmacKey {
  /** @throws TypeError for any other length */
  constructor(secret: Uint8Array) {
    super(512, sha512, secret);
  }

  /** @throws TypeError if the text is not that of 64 bytes */
  static fromHex(text: string): Hs512 {
    return new Hs512(keyFromHex(text, "a key of HS512"));
  }
}
