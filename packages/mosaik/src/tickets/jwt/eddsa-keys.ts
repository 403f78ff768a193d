import { ed25519 } from "@noble/curves/ed25519.js";
import { Digest } from "../../primitives/index.js";
import { ed25519Check, type Random, type SignatureCheck } from "../../runtime/index.js";
import { keyBytes, keyFromHex, type SigningKey, type VerifyingKey } from "./keys.js";

/** Ed25519: a public key of 32 bytes. It verifies as dalek's `verify` does, which takes keys of small order. */
export class EdDsa implements VerifyingKey {
  readonly algorithm = "EdDSA";
  readonly fingerprint: Digest;
  readonly #point: Uint8Array;
  readonly #check: SignatureCheck;

  /** @throws TypeError if the bytes are no point of the curve */
  constructor(point: Uint8Array) {
    this.#point = keyBytes(point, 32, "a public key of EdDSA");
    try {
      // Rust reduces a coordinate beyond the field's prime, and so does this form of noble.
      ed25519.Point.fromBytes(this.#point, true);
    } catch (error) {
      throw new TypeError("not a point of Ed25519", { cause: error });
    }
    this.#check = ed25519Check(this.#point);
    this.fingerprint = Digest.from("EdDsa").derive(this.#point);
  }

  /** @throws TypeError if the text is not that of a point of the curve */
  static fromHex(text: string): EdDsa {
    return new EdDsa(keyFromHex(text, "a public key of EdDSA"));
  }

  /** A copy of the 32 bytes. */
  get bytes(): Uint8Array {
    return this.#point.slice();
  }

  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return this.#check(message, signature);
  }
}

/** The private key of an `EdDsa`: a seed of 32 bytes (RFC 8032). */
export class EdDsaSigningKey implements SigningKey {
  readonly algorithm = "EdDSA";
  readonly #seed: Uint8Array;

  /** @throws TypeError for any other length */
  constructor(seed: Uint8Array) {
    this.#seed = keyBytes(seed, 32, "a private key of EdDSA");
  }

  /** @throws TypeError if the text is not that of 32 bytes */
  static fromHex(text: string): EdDsaSigningKey {
    return new EdDsaSigningKey(keyFromHex(text, "a private key of EdDSA"));
  }

  static random({ random }: { readonly random: Random }): EdDsaSigningKey {
    return new EdDsaSigningKey(random.bytes(32));
  }

  verifyingKey(): EdDsa {
    return new EdDsa(ed25519.getPublicKey(this.#seed));
  }

  sign(message: Uint8Array): Uint8Array {
    return ed25519.sign(message, this.#seed);
  }
}
