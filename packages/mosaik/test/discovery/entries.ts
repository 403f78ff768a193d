import { PeerEntry, SignedPeerEntry } from "../../src/network/index.js";
import { Digest, PeerId, type NetworkId } from "../../src/primitives/index.js";

export const testNetwork: NetworkId = Digest.from("test");

export function peerIdOf(number: number): PeerId {
  return PeerId.fromBytes(new Uint8Array(32).fill(number));
}

/** The entry of a made-up peer. */
export function entryOf(number: number, nowMs = 1_700_000_000_000, network = testNetwork): PeerEntry {
  return PeerEntry.create("0.4.2", network, { id: peerIdOf(number), addrs: [] }, nowMs);
}

/** An entry with 64 bytes in the place of a signature, for cores that check none. */
export function unchecked(entry: PeerEntry): SignedPeerEntry {
  return new SignedPeerEntry(entry, new Uint8Array(64));
}
