/** What JavaScript does slowly or loosely: Ed25519 by the strict rules of iroh, and BLAKE3. */
import { requireBytes } from "./arguments.js";
import { native } from "./native.js";

const keyBytes = 32;
const signatureBytes = 64;

/** One signature to verify. */
export interface SignedItem {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** The Ed25519 public key of a secret seed of 32 bytes. @throws TransportError `invalidArgument`. */
export function publicKey(secretKey: Uint8Array): Uint8Array {
  requireSecret(secretKey);
  return native().publicKey(secretKey);
}

/** The Ed25519 signature of a message, 64 bytes. @throws TransportError `invalidArgument`. */
export function sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  requireSecret(secretKey);
  requireBytes(message, "a message");
  return native().sign(secretKey, message);
}

/**
 * Whether the signature of the message is by the key. Strict: keys and commitments of small order and non-canonical encodings
 * are refused, as iroh does, so that all nodes agree.
 *
 * @throws TransportError `invalidArgument` where a key is not 32 bytes or a signature not 64.
 */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  requireItem({ publicKey, message, signature });
  return native().verify(publicKey, message, signature);
}

/**
 * `verify` for many at once, on one thread for all batches, which on Linux has a lower priority than the others: it does not hold
 * up the event loop, and on a busy machine takes its time. The verdicts come in the order of the items.
 *
 * @throws TransportError `invalidArgument` as `verify` does.
 */
export async function verifyBatch(items: readonly SignedItem[]): Promise<boolean[]> {
  for (const item of items) requireItem(item);
  return native().verifyBatch(packItems(items));
}

/** Whether 32 bytes are a point of the curve, which is what makes them a public key for iroh. Other lengths are not. */
export function isPublicKey(bytes: Uint8Array): boolean {
  requireBytes(bytes, "a public key");
  return native().isPublicKey(bytes);
}

/** The BLAKE3 hash, 32 bytes. @throws TransportError `invalidArgument`. */
export function blake3(bytes: Uint8Array): Uint8Array {
  requireBytes(bytes, "what is hashed");
  return native().blake3(bytes);
}

/** @throws TransportError `invalidArgument` unless this is a secret seed. */
export function requireSecret(secretKey: unknown): asserts secretKey is Uint8Array {
  requireBytes(secretKey, "a secret key", keyBytes);
}

/** @throws TransportError `invalidArgument` unless this may be a signature with what it belongs to. */
export function requireItem({ publicKey, message, signature }: SignedItem): void {
  requireBytes(publicKey, "a public key", keyBytes);
  requireBytes(message, "a message");
  requireBytes(signature, "a signature", signatureBytes);
}

/** All items in one buffer, so that they cross to the Rust half in one copy: key, signature, length (u32, little-endian), message. */
function packItems(items: readonly SignedItem[]): Uint8Array {
  const headBytes = keyBytes + signatureBytes + 4;
  const packed = new Uint8Array(items.reduce((total, item) => total + headBytes + item.message.length, 0));
  const view = new DataView(packed.buffer);
  let offset = 0;
  for (const { publicKey, message, signature } of items) {
    packed.set(publicKey, offset);
    packed.set(signature, offset + keyBytes);
    view.setUint32(offset + keyBytes + signatureBytes, message.length, true);
    packed.set(message, offset + headBytes);
    offset += headBytes + message.length;
  }
  return packed;
}
