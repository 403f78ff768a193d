/** Ed25519 by the Rust of `@number0/iroh`, which is as strict as that of the native part: the same crate verifies there. */
import { requireBytes } from "../arguments.js";
import { requireItem, requireSecret, type SignedItem } from "../crypto.js";
import type { EndpointKey, Number0Binding } from "./binding.js";

/** Signatures that are verified in one turn of the event loop: about 1 ms. */
const SLICE = 16;

/** What a node signs and verifies with; as the functions of the same names of this package. */
export interface Number0Crypto {
  publicKey(secretKey: Uint8Array): Uint8Array;
  sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** On this thread, a few in each turn of the event loop. */
  verifyBatch(items: readonly SignedItem[]): Promise<boolean[]>;
  isPublicKey(bytes: Uint8Array): boolean;
}

export function number0Crypto({ EndpointId, SecretKey, Signature }: Number0Binding): Number0Crypto {
  /** `undefined` for what is no point of the curve. */
  const keyOf = (bytes: Uint8Array): EndpointKey | undefined => {
    try {
      return EndpointId.fromBytes(Array.from(bytes));
    } catch {
      return undefined;
    }
  };
  const isGood = ({ publicKey, message, signature }: SignedItem): boolean => {
    try {
      const key = keyOf(publicKey);
      key?.verify(Array.from(message), Signature.fromBytes(Array.from(signature)));
      return key !== undefined;
    } catch {
      return false;
    }
  };
  return {
    publicKey(secretKey) {
      requireSecret(secretKey);
      return Uint8Array.from(SecretKey.fromBytes(Array.from(secretKey)).public().toBytes());
    },
    sign(secretKey, message) {
      requireSecret(secretKey);
      requireBytes(message, "a message");
      return Uint8Array.from(SecretKey.fromBytes(Array.from(secretKey)).sign(Array.from(message)).toBytes());
    },
    verify(publicKey, message, signature) {
      const item = { publicKey, message, signature };
      requireItem(item);
      return isGood(item);
    },
    async verifyBatch(items) {
      for (const item of items) requireItem(item);
      const verdicts: boolean[] = [];
      while (verdicts.length < items.length) {
        await new Promise((resolve) => setImmediate(resolve));
        for (const item of items.slice(verdicts.length, verdicts.length + SLICE)) verdicts.push(isGood(item));
      }
      return verdicts;
    },
    isPublicKey(bytes) {
      requireBytes(bytes, "a public key");
      return keyOf(bytes) !== undefined;
    },
  };
}
