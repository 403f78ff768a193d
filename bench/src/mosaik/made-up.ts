import { randomBytes } from "node:crypto";
import { publicKey, sign } from "@mosaik/iroh";
import { Digest, PeerEntry, PeerId, SignedPeerEntry, type DiscoveryConfig, type NetworkId } from "mosaik";

const HOUR_MS = 3_600_000;

/** How a node treats made-up peers: it looks for none of them, and forgets none. */
export const QUIET: Partial<DiscoveryConfig> = {
  pingIntervalMs: HOUR_MS,
  announceIntervalMs: HOUR_MS,
  purgeAfterMs: 24 * HOUR_MS,
};

/** The signed entry of a peer that there is not: two tags and two streams, no address. */
export function madeUpEntry(network: NetworkId, number: number): SignedPeerEntry {
  const secretKey = new Uint8Array(randomBytes(32));
  const id = PeerId.fromBytes(publicKey(secretKey));
  const nowMs = Date.now();
  const entry = PeerEntry.create("0.4.2", network, { id, addrs: [] }, nowMs)
    .withAdded("tags", ["bench", `tag-${number % 100}`], nowMs)
    .withAdded(
      "streams",
      ["bench", `stream-${number % 100}`].map((text) => Digest.from(text)),
      nowMs,
    );
  const unsigned = new SignedPeerEntry(entry, new Uint8Array(64));
  return new SignedPeerEntry(entry, sign(secretKey, unsigned.digest().bytes));
}
