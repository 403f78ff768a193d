import { createPublicKey, ECDH, verify, type KeyObject } from "node:crypto";

/** Whether a signature is that of one key for a message. A pure function: the same in real and simulated worlds. */
export type SignatureCheck = (message: Uint8Array, signature: Uint8Array) => boolean;

export type EcdsaCurve = "P-256" | "P-384" | "P-521";

const CURVES: Readonly<Record<EcdsaCurve, { name: string; hash: string; coordinateBytes: number }>> = {
  "P-256": { name: "prime256v1", hash: "sha256", coordinateBytes: 32 },
  "P-384": { name: "secp384r1", hash: "sha384", coordinateBytes: 48 },
  "P-521": { name: "secp521r1", hash: "sha512", coordinateBytes: 66 },
};

/**
 * Checks ECDSA signatures, r and s one after the other, over SHA-256, SHA-384 and SHA-512 in the order of the curves. Any s counts, not
 * only the lower half.
 *
 * @param publicKey a point in SEC1's compressed form
 * @throws TypeError if it is none of the curve
 */
export function ecdsaCheck(curve: EcdsaCurve, publicKey: Uint8Array): SignatureCheck {
  const { hash, coordinateBytes } = CURVES[curve];
  const signer = { key: keyOf(curve, publicKey), dsaEncoding: "ieee-p1363" as const };
  return (message, signature) => signature.length === 2 * coordinateBytes && verify(hash, message, signer, signature);
}

/**
 * Checks Ed25519 signatures as RFC 8032 without cofactor: unlike `Runtime.verify`, which is strict, it takes keys of small order.
 *
 * @param publicKey 32 bytes that are a point of the curve: nothing is verified with others
 */
export function ed25519Check(publicKey: Uint8Array): SignatureCheck {
  const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") };
  const key = createPublicKey({ format: "jwk", key: jwk });
  return (message, signature) => signature.length === 64 && verify(null, message, key, signature);
}

/** Node takes points with both coordinates only. */
function keyOf(curve: EcdsaCurve, point: Uint8Array): KeyObject {
  const { name, coordinateBytes } = CURVES[curve];
  if (point.length !== 1 + coordinateBytes || (point[0] !== 2 && point[0] !== 3)) {
    throw new TypeError(`a compressed point of ${curve} has ${1 + coordinateBytes} bytes, the first 2 or 3`);
  }
  try {
    const whole = ECDH.convertKey(point, name, undefined, undefined, "uncompressed") as Buffer;
    const [x, y] = [whole.subarray(1, 1 + coordinateBytes), whole.subarray(1 + coordinateBytes)];
    const jwk = { kty: "EC", crv: curve, x: x.toString("base64url"), y: y.toString("base64url") };
    return createPublicKey({ format: "jwk", key: jwk });
  } catch (error) {
    throw new TypeError(`not a point of ${curve}`, { cause: error });
  }
}
