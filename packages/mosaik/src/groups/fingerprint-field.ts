import type { Fingerprint } from "./raft/messages.js";
import { u64PairFromBytes, u64PairToBytes } from "./u64-pair.js";

const FIELD = 1;

/** The field of a trailing extension that carries the fingerprint of a log (spec 08 §4). */
export function fingerprintField(fingerprint: Fingerprint): [type: number, content: Uint8Array] {
  return [FIELD, u64PairToBytes(fingerprint)];
}

/** The fingerprint among the fields of an extension; nothing if there is none, or something else. */
export function fingerprintOf(fields: ReadonlyMap<number, Uint8Array>): Fingerprint | undefined {
  const content = fields.get(FIELD);
  return content && u64PairFromBytes(content);
}
