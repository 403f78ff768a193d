import { sha1 } from "@noble/hashes/legacy.js";
import { compareBytes, concatBytes } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";

/** The longest value of an item (BEP 44). */
export const VALUE_BYTES_MAX = 1000;
/** The greatest sequence number: nothing replaces an item that has it. */
export const SEQ_MAX = 2n ** 63n - 1n;

/** A signed, mutable item of the DHT without a salt (BEP 44); as pkarr uses it, `value` is a DNS message and `seq` microseconds. */
export interface SignedPacket {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes, over `signableBytes`. */
  readonly signature: Uint8Array;
  /** From 0 to 2^63-1. */
  readonly seq: bigint;
  readonly value: Uint8Array;
}

/** What the signature is over (BEP 44, without salt). */
export function signableBytes(seq: bigint, value: Uint8Array): Uint8Array {
  return concatBytes(new TextEncoder().encode(`3:seqi${seq}e1:v${value.length}:`), value);
}

/** Where an item is kept: the SHA-1 of its key. */
export function targetOf(publicKey: Uint8Array): Uint8Array {
  return sha1(publicKey);
}

/** @throws RangeError for more than 1000 bytes, or a `seq` that is out of range */
export function signPacket(
  runtime: Pick<Runtime, "sign" | "publicKey">,
  secretKey: Uint8Array,
  seq: bigint,
  value: Uint8Array,
): SignedPacket {
  if (value.length > VALUE_BYTES_MAX) throw new RangeError(`a value has at most ${VALUE_BYTES_MAX} bytes`);
  if (seq < 0n || seq > SEQ_MAX) throw new RangeError(`a sequence number is from 0 to 2^63-1, not ${seq}`);
  const signature = runtime.sign(secretKey, signableBytes(seq, value));
  return { publicKey: runtime.publicKey(secretKey), signature, seq, value };
}

export function verifyPacket(
  runtime: Pick<Runtime, "verify">,
  { publicKey, signature, seq, value }: SignedPacket,
): boolean {
  if (value.length > VALUE_BYTES_MAX || seq < 0n || seq > SEQ_MAX) return false;
  return runtime.verify(publicKey, signableBytes(seq, value), signature);
}

/** Above 0 where `a` is newer than `b`: by `seq`, then by the value's bytes (spec 03 §B.1). */
export function compareAge(a: SignedPacket, b: SignedPacket): number {
  if (a.seq !== b.seq) return a.seq > b.seq ? 1 : -1;
  return compareBytes(a.value, b.value);
}
