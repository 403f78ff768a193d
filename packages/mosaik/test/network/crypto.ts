import { isPublicKey, publicKey, sign, verify } from "@mosaik/iroh";
import type { Runtime } from "../../src/runtime/index.js";
import type { Digest } from "../../src/primitives/index.js";
import { PeerId } from "../../src/primitives/index.js";

/** The real signatures, for tests of what is signed. */
export const realCrypto = { verify, isPublicKey } as Runtime;

/** Signs as the peer of a 32-byte seed. */
export function signerOf(seed: Uint8Array): { id: PeerId; sign(digest: Digest): Uint8Array } {
  return { id: PeerId.fromBytes(publicKey(seed)), sign: (digest) => sign(seed, digest.bytes) };
}
