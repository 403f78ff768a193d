import type { LocalNode, PeerEntry, PeerEntryVersion, SignedPeerEntry } from "../network/index.js";
import type { EventHub, PeerId } from "../primitives/index.js";
import type { CatalogCore, Upsert } from "./catalog.js";
import type { CatalogView } from "./catalog-view.js";
import type { RttTracker } from "./rtt.js";

/** Why a peer is no longer among the members. */
export type DepartureReason =
  /** It said farewell. */
  | "left"
  /** It no longer answers. */
  | "silent"
  /** Its entry was not renewed. */
  | "purged";

/** What happened to a peer. */
export type DiscoveryEvent =
  | { readonly kind: "peerDiscovered"; readonly entry: PeerEntry }
  | { readonly kind: "peerUpdated"; readonly entry: PeerEntry }
  | { readonly kind: "peerDeparted"; readonly peer: PeerId; readonly reason: DepartureReason };

export interface MembershipOptions {
  readonly node: LocalNode;
  readonly core: CatalogCore;
  readonly view: CatalogView;
  readonly rtt: RttTracker;
  readonly events: EventHub<DiscoveryEvent>;
  readonly onDiscovered: (peer: PeerId) => void;
  readonly onDeparted: (peer: PeerId) => void;
}

/** Who comes and goes: the catalog's changes, as events, metrics and notifications. */
export class Membership {
  readonly #options: MembershipOptions;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** Takes an entry whose signature was checked. */
  upsert(signed: SignedPeerEntry): Upsert {
    const { node, core, view, events, onDiscovered } = this.#options;
    const { entry } = signed;
    const outcome = core.upsert(signed, node.runtime.wallMs());
    if (outcome === "new" || outcome === "updated") node.addresses.advertise(entry.address);
    if (outcome === "new" || outcome === "updated" || outcome === "renewed") view.changed();
    if (outcome === "new") {
      this.#count("mosaik.discovery.peers.discovered");
      events.emit({ kind: "peerDiscovered", entry });
      onDiscovered(entry.id);
    } else if (outcome === "updated") {
      this.#count("mosaik.discovery.peers.updated");
      events.emit({ kind: "peerUpdated", entry });
    }
    return outcome;
  }

  /** Removes a peer that left, or that fell silent: of the latter the address is kept, for it may only be cut off. */
  depart(peer: PeerId, reason: "left" | "silent", lastVersion?: PeerEntryVersion): void {
    const { core, node } = this.#options;
    if (core.depart(peer, node.runtime.wallMs(), lastVersion) === undefined) return;
    if (reason === "left") node.addresses.forget(peer);
    this.#departed(peer, reason);
  }

  /** Removes whoever has not renewed its entry. */
  purge(): void {
    const { node, core } = this.#options;
    for (const peer of core.purge(node.runtime.wallMs())) {
      node.addresses.forget(peer);
      this.#departed(peer, "purged");
    }
  }

  #departed(peer: PeerId, reason: DepartureReason): void {
    const { rtt, view, events, onDeparted } = this.#options;
    rtt.remove(peer);
    view.changed();
    onDeparted(peer);
    this.#count("mosaik.discovery.peers.departed");
    events.emit({ kind: "peerDeparted", peer, reason });
  }

  #count(name: string): void {
    const { node, view } = this.#options;
    node.metrics.counter(name).add();
    node.metrics.gauge("mosaik.discovery.catalog.size").set(view.peersCount());
  }
}
