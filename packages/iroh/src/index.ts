/**
 * `@mosaik/iroh`: QUIC between peers named by their keys, over the Rust crate iroh.
 *
 * `iroh.bind(…)` makes endpoints; `transport.ts` says what they and their connections and streams do.
 */
export * from "./transport.js";
export { blake3, isPublicKey, publicKey, sign, verify, verifyBatch, type SignedItem } from "./crypto.js";
export { iroh } from "./endpoint.js";
export { nativeAvailable, nativeLoadError } from "./native.js";
