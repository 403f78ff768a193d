import type { DhtOptions } from "../dht/index.js";
import type { EndpointAddress } from "../network/index.js";
import type { DigestLike, PeerIdLike } from "../primitives/index.js";

/** A peer to begin with: its id, its id with addresses, or the text of either (`formatAddress`). */
export type BootstrapPeer =
  | PeerIdLike
  | { readonly id: PeerIdLike; readonly addrs: EndpointAddress["addrs"] }
  | { readonly id: PeerIdLike; readonly directAddrs?: readonly string[]; readonly relayUrls?: readonly string[] };

/** How a node finds others. All times are in ms. */
export interface DiscoveryConfig {
  /** Peers that are dialled until they are known. Default: none. */
  readonly bootstrap: readonly BootstrapPeer[];
  /**
   * Whether members are looked for in the Mainline DHT, where this node takes one of the network's 16 slots: with nothing but the network's id
   * nodes find each other there. By options, other nodes than the public ones are asked. Default: true, in worlds that have datagrams.
   */
  readonly dht: boolean | DhtOptions;
  /**
   * Whether members are looked for on the local network too, by multicast DNS, under a name that is made of the network's id and does not give it
   * away. Default: false.
   */
  readonly mdns: boolean;
  /** Labels of this node. Default: none. */
  readonly tags: readonly DigestLike[];
  /** Entries not renewed for this long are forgotten. Default: 5 minutes. */
  readonly purgeAfterMs: number;
  /** Our own entry is announced again this often. Default: 45 000. */
  readonly announceIntervalMs: number;
  /** How far announcements are spread around their interval, as a fraction of it. Default: 0.5. */
  readonly announceJitter: number;
  /** Announcements dated further from our clock than this are ignored. Default: 50 000. */
  readonly maxTimeDriftMs: number;
  /** A new peer, and one that missed a ping or is suspected to be gone, is pinged this often. Default: 2000. */
  readonly pingIntervalMs: number;
  /** A peer that answers is pinged half as often after each answer, down to this, and not where it shows by itself that it is alive. Default: 12 000. */
  readonly pingIntervalMaxMs: number;
  /** A peer that misses so many pings in a row has departed. Default: 3. */
  readonly missedPingsMax: number;
  /** Peers with a greater smoothed round-trip time are left out. Default: no limit. */
  readonly maxRttMs: number | undefined;
  /** Strangers are refused when the signed entries of so many peers are known. Default: 100 000. */
  readonly entriesMax: number;
  /** Events, and changes of the catalog, kept for a reader that is behind. Default: 1024. */
  readonly eventsBacklog: number;
}

export const defaultDiscoveryConfig: DiscoveryConfig = {
  bootstrap: [],
  dht: true,
  mdns: false,
  tags: [],
  purgeAfterMs: 5 * 60_000,
  announceIntervalMs: 45_000,
  announceJitter: 0.5,
  maxTimeDriftMs: 50_000,
  pingIntervalMs: 2000,
  pingIntervalMaxMs: 12_000,
  missedPingsMax: 3,
  maxRttMs: undefined,
  entriesMax: 100_000,
  eventsBacklog: 1024,
};
