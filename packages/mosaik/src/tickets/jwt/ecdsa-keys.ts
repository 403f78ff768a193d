import { p256, p384, p521 } from "@noble/curves/nist.js";
import { Digest } from "../../primitives/index.js";
import { ecdsaCheck, type EcdsaCurve, type Random, type SignatureCheck } from "../../runtime/index.js";
import { keyBytes, keyFromHex, type SigningKey, type VerifyingKey } from "./keys.js";

/** One of the three curves, with what belongs to it. */
interface Kind {
  readonly algorithm: string;
  readonly curve: EcdsaCurve;
  readonly arithmetic: typeof p256;
  /** Of a private scalar; a public point has one more. */
  readonly scalarBytes: number;
  /** Bits of the first byte of a scalar that may be set. */
  readonly topByteMask: number;
}

const ES256: Kind = { algorithm: "ES256", curve: "P-256", arithmetic: p256, scalarBytes: 32, topByteMask: 0xff };
const ES384: Kind = { algorithm: "ES384", curve: "P-384", arithmetic: p384, scalarBytes: 48, topByteMask: 0xff };
const ES512: Kind = { algorithm: "ES512", curve: "P-521", arithmetic: p521, scalarBytes: 66, topByteMask: 0x01 };

/** A public key: a point of a curve in SEC1's compressed form. */
abstract class EcdsaKey implements VerifyingKey {
  readonly algorithm: string;
  readonly fingerprint: Digest;
  readonly #point: Uint8Array;
  readonly #check: SignatureCheck;

  protected constructor({ algorithm, curve, scalarBytes }: Kind, point: Uint8Array) {
    this.algorithm = algorithm;
    this.#point = keyBytes(point, 1 + scalarBytes, `a public key of ${algorithm}`);
    this.#check = ecdsaCheck(curve, this.#point);
    this.fingerprint = Digest.from(algorithm.toLowerCase()).derive(this.#point);
  }

  /** A copy of the compressed point. */
  get bytes(): Uint8Array {
    return this.#point.slice();
  }

  verify(message: Uint8Array, signature: Uint8Array): boolean {
    return this.#check(message, signature);
  }
}

/** A private key. It signs deterministically (RFC 6979), so that a ticket issued twice is one ticket. */
abstract class EcdsaSigningKey implements SigningKey {
  readonly algorithm: string;
  readonly #kind: Kind;
  readonly #scalar: Uint8Array;

  protected constructor(kind: Kind, scalar: Uint8Array) {
    this.algorithm = kind.algorithm;
    this.#kind = kind;
    this.#scalar = keyBytes(scalar, kind.scalarBytes, `a private key of ${kind.algorithm}`);
    if (!kind.arithmetic.utils.isValidSecretKey(this.#scalar)) {
      throw new TypeError(`a private key of ${kind.algorithm} is not zero and less than the order of ${kind.curve}`);
    }
  }

  sign(message: Uint8Array): Uint8Array {
    // Rust leaves s as it comes out.
    return this.#kind.arithmetic.sign(message, this.#scalar, { lowS: false });
  }

  protected publicPoint(): Uint8Array {
    return this.#kind.arithmetic.getPublicKey(this.#scalar, true);
  }
}

/** A scalar, uniform among those that are keys. */
function randomScalar({ arithmetic, scalarBytes, topByteMask }: Kind, random: Random): Uint8Array {
  for (;;) {
    const scalar = random.bytes(scalarBytes);
    scalar[0]! &= topByteMask;
    if (arithmetic.utils.isValidSecretKey(scalar)) return scalar;
  }
}

/** ECDSA on P-256: a public key of 33 bytes. */
export class Es256 extends EcdsaKey {
  /** @throws TypeError if the bytes are no compressed point of the curve */
  constructor(point: Uint8Array) {
    super(ES256, point);
  }

  /** @throws TypeError if the text is not that of a compressed point of the curve */
  static fromHex(text: string): Es256 {
    return new Es256(keyFromHex(text, "a public key of ES256"));
  }
}

/** The private key of an `Es256`: a scalar of 32 bytes. */
export class Es256SigningKey extends EcdsaSigningKey {
  /** @throws TypeError if the bytes are no private key of the curve */
  constructor(scalar: Uint8Array) {
    super(ES256, scalar);
  }

  /** @throws TypeError if the text is not that of a private key */
  static fromHex(text: string): Es256SigningKey {
    return new Es256SigningKey(keyFromHex(text, "a private key of ES256"));
  }

  static random({ random }: { readonly random: Random }): Es256SigningKey {
    return new Es256SigningKey(randomScalar(ES256, random));
  }

  verifyingKey(): Es256 {
    return new Es256(this.publicPoint());
  }
}

/** ECDSA on P-384: a public key of 49 bytes. */
export class Es384 extends EcdsaKey {
  /** @throws TypeError if the bytes are no compressed point of the curve */
  constructor(point: Uint8Array) {
    super(ES384, point);
  }

  /** @throws TypeError if the text is not that of a compressed point of the curve */
  static fromHex(text: string): Es384 {
    return new Es384(keyFromHex(text, "a public key of ES384"));
  }
}

/** The private key of an `Es384`: a scalar of 48 bytes. */
export class Es384SigningKey extends EcdsaSigningKey {
  /** @throws TypeError if the bytes are no private key of the curve */
  constructor(scalar: Uint8Array) {
    super(ES384, scalar);
  }

  /** @throws TypeError if the text is not that of a private key */
  static fromHex(text: string): Es384SigningKey {
    return new Es384SigningKey(keyFromHex(text, "a private key of ES384"));
  }

  static random({ random }: { readonly random: Random }): Es384SigningKey {
    return new Es384SigningKey(randomScalar(ES384, random));
  }

  verifyingKey(): Es384 {
    return new Es384(this.publicPoint());
  }
}

/** ECDSA on P-521: a public key of 67 bytes. */
export class Es512 extends EcdsaKey {
  /** @throws TypeError if the bytes are no compressed point of the curve */
  constructor(point: Uint8Array) {
    super(ES512, point);
  }

  /** @throws TypeError if the text is not that of a compressed point of the curve */
  static fromHex(text: string): Es512 {
    return new Es512(keyFromHex(text, "a public key of ES512"));
  }
}

/** The private key of an `Es512`: a scalar of 66 bytes. */
export class Es512SigningKey extends EcdsaSigningKey {
  /** @throws TypeError if the bytes are no private key of the curve */
  constructor(scalar: Uint8Array) {
    super(ES512, scalar);
  }

  /** @throws TypeError if the text is not that of a private key */
  static fromHex(text: string): Es512SigningKey {
    return new Es512SigningKey(keyFromHex(text, "a private key of ES512"));
  }

  static random({ random }: { readonly random: Random }): Es512SigningKey {
    return new Es512SigningKey(randomScalar(ES512, random));
  }

  verifyingKey(): Es512 {
    return new Es512(this.publicPoint());
  }
}
