import { blake3 } from "@noble/hashes/blake3.js";

/**
 * Keying material of a connection in the memory network: a keyed hash of label and context, each with its length in front, so
 * that `("ab", "c")` and `("a", "bc")` differ as they do in TLS.
 */
export function exportKeys(
  secret: Uint8Array,
  lengthBytes: number,
  label: Uint8Array,
  context: Uint8Array,
): Uint8Array {
  const input = new Uint8Array(8 + label.length + context.length);
  const view = new DataView(input.buffer);
  view.setUint32(0, label.length);
  input.set(label, 4);
  view.setUint32(4 + label.length, context.length);
  input.set(context, 8 + label.length);
  return blake3(input, { key: secret, dkLen: lengthBytes });
}
