import { ALPN } from "../../network/index.js";
import { Digest, type PeerId } from "../../primitives/index.js";
import type { Connection } from "../../runtime/index.js";
import type { GroupId } from "../group-id.js";
import type { GroupKey } from "../key.js";

const utf8 = new TextEncoder();
const CONTEXT = utf8.encode(ALPN.groups);
const BOND_ID_LABEL = utf8.encode("mosaik.group.bond.id");
const KEYING_MATERIAL_BYTES = 32;

/**
 * Shows that `peer` has the key, on this connection and no other (spec 05 §2.6). Each side proves with its own id, so that no proof can
 * be sent back. The exporter's label is the group's id as raw bytes, which are hardly ever text.
 *
 * @throws TransportError `closed`, `exporterUnavailable`
 */
export function proofOn(connection: Connection, group: GroupId, key: GroupKey, peer: PeerId): Digest {
  return key.proof(exported(connection, group.bytes), peer);
}

/** Whether two proofs are the same, in a time that does not tell how alike they are. */
export function isSameProof(a: Digest, b: Digest): boolean {
  const left = a.bytes;
  const right = b.bytes;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= left[i]! ^ right[i]!;
  return difference === 0;
}

/** Names a bond: the same on both sides, another for each connection, never sent. @throws TransportError as `proofOn` */
export function bondIdOn(connection: Connection): Digest {
  return Digest.fromBytes(exported(connection, BOND_ID_LABEL));
}

function exported(connection: Connection, label: Uint8Array): Uint8Array {
  return connection.exportKeyingMaterial(KEYING_MATERIAL_BYTES, label, CONTEXT);
}
