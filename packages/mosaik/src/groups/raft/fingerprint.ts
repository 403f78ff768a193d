import type { LogEntry } from "../storage/storage.js";
import type { Fingerprint } from "./messages.js";

/** Of the empty log. */
export const EMPTY_FINGERPRINT: Fingerprint = { low: 0, high: 0 };

export function equalFingerprints(a: Fingerprint, b: Fingerprint): boolean {
  return a.low === b.low && a.high === b.high;
}

/**
 * Rolls a fingerprint on over one more entry (spec 08 §4): two 32-bit lanes, the first of them MurmurHash3's, over the words term low,
 * term high, length, and the command in little-endian words, the last one filled up with zeros. It tells logs apart by accident, not
 * by malice: members trust each other. Writes into typed arrays, so that nothing is allocated for an entry.
 */
export function rollFingerprint(low: Uint32Array, high: Uint32Array, slot: number, { term, command }: LogEntry): void {
  const { length } = command;
  const words = (length + 3) >>> 2;
  let a = low[slot - 1]!;
  let b = high[slot - 1]!;
  // The word -3 is the term's lower half, -2 its upper half, -1 the length: one loop, so that nothing is called for a word.
  for (let i = -3; i < words; i++) {
    let k = i >= 0 ? wordAt(command, i << 2) : i === -1 ? length : i === -2 ? term / 2 ** 32 : term;
    k = Math.imul(k, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    a ^= Math.imul(k, 0x1b873593);
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    b ^= Math.imul(k, 0x85ebca6b);
    b = (Math.imul((b << 17) | (b >>> 15), 5) + a) | 0;
  }
  low[slot] = a;
  high[slot] = b;
}

/** Bytes behind the end count as zeros. */
function wordAt(bytes: Uint8Array, at: number): number {
  if (at + 4 <= bytes.length) {
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }
  let word = 0;
  for (let i = bytes.length - 1; i >= at; i--) word = (word << 8) | bytes[i]!;
  return word;
}
