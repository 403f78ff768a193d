import { Digest, fromHex } from "../../primitives/index.js";

/** What verifies the signatures of tickets: one key for one algorithm of JOSE. */
export interface VerifyingKey {
  /** The name in the header of a ticket, as `ES256`; compared exactly. */
  readonly algorithm: string;
  /** Names the key in the signature of a validator; tells nothing of a secret. */
  readonly fingerprint: Digest;
  /**
   * Whether the signature is the key's. Synchronous.
   *
   * @param message the header and the claims as they are in the ticket: base64url, a dot between them
   */
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** What signs tickets: one key for one algorithm of JOSE. */
export interface SigningKey {
  /** The name for the header of a ticket, as `ES256`. */
  readonly algorithm: string;
  /** The signature of the header and the claims in base64url, with a dot between them. Synchronous. */
  sign(message: Uint8Array): Uint8Array;
}

export const VerifyingKey = {
  /**
   * A key for an algorithm of your own, as `RS256`.
   *
   * @param keyMaterial names the key: its digest is the fingerprint, by the rule of `Digest.from` (spec 07 §5.1)
   * @param verify answers `true` where the signature is right; what it throws refuses the ticket and is reported
   */
  custom(algorithm: string, keyMaterial: Uint8Array | string, verify: VerifyingKey["verify"]): VerifyingKey {
    return { algorithm: algorithmName(algorithm), fingerprint: Digest.from(keyMaterial), verify };
  },
};

export const SigningKey = {
  /** A key for an algorithm of your own. */
  custom(algorithm: string, sign: SigningKey["sign"]): SigningKey {
    return { algorithm: algorithmName(algorithm), sign };
  },
};

/** It goes into a JSON text as it is, as in Rust. */
function algorithmName(name: string): string {
  if (!/^[A-Za-z0-9+._-]+$/.test(name)) throw new TypeError(`not a name of an algorithm: ${JSON.stringify(name)}`);
  return name;
}

/** A copy of the bytes of a key. @throws TypeError for any other length; the message does not tell the bytes */
export function keyBytes(bytes: Uint8Array, lengthBytes: number, what: string): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${what} is made from bytes`);
  if (bytes.length !== lengthBytes) throw new TypeError(`${what} has ${lengthBytes} bytes, not ${bytes.length}`);
  return new Uint8Array(bytes);
}

/** The bytes of a key in hexadecimal digits of either case. @throws TypeError for any other text, which is not told */
export function keyFromHex(text: string, what: string): Uint8Array {
  const bytes = typeof text === "string" ? fromHex(text) : undefined;
  if (bytes === undefined) throw new TypeError(`${what}: not a text of hexadecimal digits`);
  return bytes;
}
