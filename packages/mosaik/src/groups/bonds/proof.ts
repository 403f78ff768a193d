import { ALPN } from "../../network/index.js";
import type { Digest } from "../../primitives/index.js";
import { equalInConstantTime, type PeerId } from "../../primitives/index.js";
import type { Connection } from "../../runtime/index.js";
import type { GroupId } from "../group-id.js";
import type { GroupKey } from "../key.js";

const utf8 = new TextEncoder();
const CONTEXT = utf8.encode(ALPN.groups);
const KEYING_MATERIAL_BYTES = 32;

/**
 * Shows that `peer` has the key, on this connection and no other (spec 05 §2.6). Each side proves with its own id, so that no proof can
 * be sent back. The exporter's label is the group's id as raw bytes, which are hardly ever text.
 *
 * @throws TransportError `closed`, `exporterUnavailable`
 */
export function proofOn(connection: Connection, group: GroupId, key: GroupKey, peer: PeerId): Digest {
  return key.proof(connection.exportKeyingMaterial(KEYING_MATERIAL_BYTES, group.bytes, CONTEXT), peer);
}

/** Whether two proofs are the same, in a time that does not tell how alike they are. */
export function isSameProof(a: Digest, b: Digest): boolean {
  return equalInConstantTime(a.bytes, b.bytes);
}
