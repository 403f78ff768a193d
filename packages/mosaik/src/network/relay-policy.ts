import type { RelayOption } from "@mosaik/iroh/transport";
import { normalizeUrl, type TransportAddr } from "./address.js";

/** The hosts of n0's public relays end with this. */
const N0_DOMAIN = ".relay.n0.iroh.link.";

/**
 * Which relays this node may be led to. What others say of their addresses names relays too, and whoever names one makes this node connect to
 * any host of the web: only relays that this node uses itself are followed, unless the program allows others. Addresses that the program gives
 * are its own affair.
 */
export class RelayPolicy {
  /** Where a peer may be of whom nothing but its id is known: at a relay that it shares with this node. */
  readonly ownRelays: readonly TransportAddr[];
  readonly #isUsable: (url: string) => boolean;

  /** @param allowsForeign whether relays that this node does not use itself are followed */
  constructor(relay: RelayOption, allowsForeign: boolean) {
    const own = new Set(typeof relay === "object" ? relay.urls.map(normalizeUrl) : []);
    this.ownRelays = [...own].map((value) => ({ kind: "relay", value }));
    const isOurs = (url: string): boolean => (relay === "default" ? isOfN0(url) : own.has(url));
    this.#isUsable = (url) => relay !== "none" && (allowsForeign || isOurs(url));
  }

  /** Of addresses that others told us those that may be used. */
  usable(addrs: readonly TransportAddr[]): readonly TransportAddr[] {
    return addrs.filter((addr) => addr.kind !== "relay" || this.#isUsable(addr.value));
  }
}

function isOfN0(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" && hostname.endsWith(N0_DOMAIN);
}
