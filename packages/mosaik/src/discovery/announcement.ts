import { DateTime, t, type Codec } from "@mosaik/postcard";
import {
  peerIdCodec,
  signedPeerEntryCodec,
  versionCodec,
  type PeerEntryVersion,
  type SignedPeerEntry,
} from "../network/index.js";
import { Digest, type PeerId } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";

/** A peer's farewell (spec 02 §7.3). Decoding one does not check its signature: see `verifyDeparture`. */
export interface Departure {
  readonly peer: PeerId;
  /** The last version of its entry. */
  readonly lastVersion: PeerEntryVersion;
  readonly timestamp: DateTime;
  readonly signature: Uint8Array;
}

/** What gossip carries (spec 02 §7.2). */
export type Announcement =
  | { readonly kind: "entry"; readonly value: SignedPeerEntry }
  | { readonly kind: "departure"; readonly value: Departure };

export const announcementCodec: Codec<Announcement> = t.enum("mosaik::discovery::announce::AnnouncementMessage", {
  entry: signedPeerEntryCodec,
  departure: t.struct({
    peer: peerIdCodec,
    lastVersion: versionCodec,
    timestamp: t.dateTime,
    signature: t.fixedBytes(64),
  }),
});

/** Signs the farewell of the peer that `signer` is. */
export function signDeparture(
  signer: { readonly id: PeerId; sign(digest: Digest): Uint8Array },
  lastVersion: PeerEntryVersion,
  nowMs: number,
): Departure {
  const timestamp = DateTime.fromMillis(Math.floor(nowMs));
  const signature = signer.sign(departureDigest(signer.id, lastVersion, timestamp));
  return { peer: signer.id, lastVersion, timestamp, signature };
}

/** Whether the peer itself said farewell. */
export function verifyDeparture(runtime: Runtime, { peer, lastVersion, timestamp, signature }: Departure): boolean {
  return runtime.verify(peer.bytes, departureDigest(peer, lastVersion, timestamp).bytes, signature);
}

/** What is signed: fixed-width integers, not the varints of the message. */
function departureDigest(peer: PeerId, lastVersion: PeerEntryVersion, timestamp: DateTime): Digest {
  const bytes = new Uint8Array(32 + 3 * 8);
  const view = new DataView(bytes.buffer);
  peer.copyTo(bytes, 0);
  view.setBigInt64(32, lastVersion.started);
  view.setBigInt64(40, lastVersion.updated);
  view.setBigInt64(48, BigInt(Math.floor(timestamp.toMillis())));
  return Digest.hash(bytes);
}
