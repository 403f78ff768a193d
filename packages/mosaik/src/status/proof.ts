import type { Connection } from "@mosaik/iroh/transport";
import { concatBytes, Digest, type NetworkId, type PeerId } from "../primitives/index.js";

const LABEL = new TextEncoder().encode("mosaik-ts/1 status");
const KEYING_MATERIAL_BYTES = 32;

/** Which observer looks at which node. */
export interface Sighting {
  readonly network: NetworkId;
  readonly observer: PeerId;
  readonly node: PeerId;
}

/**
 * Shows that the observer has the secret, on this connection and no other: the keying material is that of its handshake, so that there is no need of a
 * nonce (docs/protocol/status.md).
 *
 * @throws TransportError `closed`, `exporterUnavailable`
 */
export function proofOn(
  connection: Pick<Connection, "exportKeyingMaterial">,
  secret: Uint8Array,
  { network, observer, node }: Sighting,
): Digest {
  const context = concatBytes(network.bytes, observer.bytes, node.bytes);
  const material = connection.exportKeyingMaterial(KEYING_MATERIAL_BYTES, LABEL, context);
  return Digest.hash(concatBytes(Digest.hash(secret).bytes, material));
}
