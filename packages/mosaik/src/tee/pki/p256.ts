import { ecdsaCheck } from "../../runtime/index.js";
import { DerError } from "./der.js";

/** A point in SEC1's uncompressed form: 4, x, y. @throws DerError for any other */
export function uncompressedPoint(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 65 && bytes[0] === 4) return bytes;
  throw new DerError("a key that is no uncompressed point");
}

/** Whether the key of an uncompressed point made a signature, r and s, of a message's SHA-256. Of what is no point of the curve: no. */
export function checkP256(point: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const compressed = point.slice(0, 33);
  compressed[0] = 2 | (point[64]! & 1);
  try {
    return ecdsaCheck("P-256", compressed)(message, signature);
  } catch {
    return false;
  }
}
