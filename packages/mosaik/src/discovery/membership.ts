import type { Counter, Gauge } from "../metrics/index.js";
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
  readonly #discovered: Counter;
  readonly #updated: Counter;
  readonly #departures: Counter;
  readonly #size: Gauge;

  constructor(options: MembershipOptions) {
    this.#options = options;
    const { metrics } = options.node;
    this.#discovered = metrics.counter("mosaik.discovery.peers.discovered");
    this.#updated = metrics.counter("mosaik.discovery.peers.updated");
    this.#departures = metrics.counter("mosaik.discovery.peers.departed");
    this.#size = metrics.gauge("mosaik.discovery.catalog.size");
  }

  /** Takes an entry whose signature was checked. */
  upsert(signed: SignedPeerEntry): Upsert {
    const { node, core, view, events, onDiscovered } = this.#options;
    const { entry } = signed;
    const previous = core.known(entry.id);
    const outcome = core.upsert(signed, node.runtime.wallMs());
    if (outcome === "new" || outcome === "updated") {
      node.addresses.advertise(entry.address);
      view.record(previous === undefined ? { kind: "appeared", entry } : { kind: "updated", entry, previous });
    } else if (outcome === "renewed") {
      view.changed();
    }
    if (outcome === "new") {
      this.#count(this.#discovered);
      events.emit({ kind: "peerDiscovered", entry });
      onDiscovered(entry.id);
    } else if (outcome === "updated") {
      this.#count(this.#updated);
      events.emit({ kind: "peerUpdated", entry });
    }
    return outcome;
  }

  /** Removes a peer that left, or that fell silent: of the latter the address is kept, for it may only be cut off. */
  depart(peer: PeerId, reason: "left" | "silent", lastVersion?: PeerEntryVersion): void {
    const { core, node } = this.#options;
    const known = core.depart(peer, node.runtime.wallMs(), lastVersion);
    if (known === undefined) return;
    if (reason === "left") node.addresses.forget(peer);
    this.#departed(known.entry, reason);
  }

  /** Removes whoever has not renewed its entry. */
  purge(): void {
    const { node, core } = this.#options;
    for (const entry of core.purge(node.runtime.wallMs())) {
      node.addresses.forget(entry.id);
      this.#departed(entry, "purged");
    }
  }

  #departed(entry: PeerEntry, reason: DepartureReason): void {
    const { rtt, view, events, onDeparted } = this.#options;
    const { id: peer } = entry;
    rtt.remove(peer);
    view.record({ kind: "departed", entry });
    onDeparted(peer);
    this.#count(this.#departures);
    events.emit({ kind: "peerDeparted", peer, reason });
  }

  #count(counter: Counter): void {
    counter.add();
    this.#size.set(this.#options.view.peersCount());
  }
}
