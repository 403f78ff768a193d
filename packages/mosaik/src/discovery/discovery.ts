import { ALPN, PeerEntry, signEntry, type LocalNode, type Router, type SignedPeerEntry } from "../network/index.js";
import { Digest, EventHub, PeerId, type DigestLike, type Lagged, type PeerIdLike } from "../primitives/index.js";
import { drainAnnouncements } from "./announce.js";
import { Bootstrap } from "./bootstrap.js";
import { CatalogCore } from "./catalog.js";
import { CatalogView } from "./catalog-view.js";
import type { BootstrapPeer, DiscoveryConfig } from "./config.js";
import { DiscoveryError } from "./errors.js";
import { Introducer } from "./introducer.js";
import { Liveness } from "./liveness.js";
import { bootstrapAddress, checkConfig } from "./options.js";
import { pingPeer, servePing, type Pong } from "./ping.js";
import { RttTracker } from "./rtt.js";
import { serveSync, syncCatalogs, type SyncContext } from "./sync.js";

/** What happened to a peer. */
export type DiscoveryEvent =
  | { readonly kind: "peerDiscovered"; readonly entry: PeerEntry }
  | { readonly kind: "peerUpdated"; readonly entry: PeerEntry }
  | {
      readonly kind: "peerDeparted";
      readonly peer: PeerId;
      /** `silent`: it no longer answers; `purged`: its entry was not renewed. */
      readonly reason: "silent" | "purged";
    };

/** Connections served at once, by protocol. */
const SERVING_MAX = { sync: 64, ping: 256, announce: 256 };
const PING_TIMEOUT_MS = 5000;
const PURGE_CHECKS_PER_AGE = 10;

/**
 * Finds the other nodes of the network and keeps their entries (spec 02). Nodes that were given one peer learn of all others from
 * it, introduce themselves to each, and ping each other from then on.
 */
export class Discovery {
  /** Who is in the network, now and as it changes. */
  readonly catalog: CatalogView;
  readonly rtt = new RttTracker();
  readonly #node: LocalNode;
  readonly #config: DiscoveryConfig;
  readonly #core: CatalogCore;
  readonly #events: EventHub<DiscoveryEvent>;
  readonly #context: SyncContext;
  readonly #introducer: Introducer;
  readonly #liveness: Liveness;
  readonly #bootstrap: Bootstrap;
  readonly #cancelTimers = new Map<string, () => void>();
  #unwatchAddress: () => void = () => {};

  constructor(node: LocalNode, router: Router, protocolVersion: string, config: DiscoveryConfig) {
    checkConfig(config);
    this.#node = node;
    this.#config = config;
    const nowMs = node.runtime.wallMs();
    const entry = PeerEntry.create(protocolVersion, node.networkId, node.address(), nowMs);
    this.#core = new CatalogCore(
      { networkId: node.networkId, localId: node.id, purgeAfterMs: config.purgeAfterMs, maxRttMs: config.maxRttMs },
      signEntry(node, entry.withAdded("tags", config.tags, nowMs)),
      (peer) => this.rtt.rttMs(peer),
    );
    this.catalog = new CatalogView(this.#core, node.runtime);
    this.#events = new EventHub(config.eventsBacklog);
    this.#context = { node, catalog: this.#core, merge: (entries) => this.#merge(entries) };
    this.#introducer = new Introducer(this.#context);
    this.#bootstrap = new Bootstrap(this.#context);
    this.#liveness = new Liveness(this.#context, {
      intervalMs: config.pingIntervalMs,
      missedMax: config.missedPingsMax,
      lookForMs: config.purgeAfterMs,
      onAlive: (peer, pong) => this.#alive(peer, pong),
      onSilent: (peer) => this.#silent(peer),
      onGivenUp: (peer) => node.addresses.forget(peer),
    });
    router.handle(ALPN.sync, SERVING_MAX.sync, (connection) => serveSync(this.#context, connection));
    router.handle(ALPN.ping, SERVING_MAX.ping, (connection) => servePing(node, () => this.#freshEntry(), connection));
    router.handle(ALPN.announce, SERVING_MAX.announce, (connection) => drainAnnouncements(connection));
  }

  /** Begins to look for peers. */
  start(): void {
    this.#unwatchAddress = this.#node.watchAddress((address) => {
      this.updateLocal((entry, nowMs) => entry.withAddress(address, nowMs));
    });
    this.#every("announce", this.#config.announceIntervalMs, () => {
      this.#freshEntry();
      this.#introducer.introduceToAll();
    });
    this.#every("purge", this.#config.purgeAfterMs / PURGE_CHECKS_PER_AGE, () => this.#purge());
    this.#liveness.start();
    for (const peer of this.#config.bootstrap) void this.dial(peer);
  }

  /** Our own entry, as last signed. */
  me(): SignedPeerEntry {
    return this.#core.local;
  }

  /**
   * Names peers to be in touch with, for as long as the network is open: each is dialled until it is known, and again when it was
   * lost. Resolves when each has been tried once; never fails.
   *
   * @param peers one peer or several: ids, or ids with addresses
   */
  async dial(peers: BootstrapPeer | Iterable<BootstrapPeer>): Promise<void> {
    const list = typeof peers === "object" && Symbol.iterator in peers ? [...peers] : [peers];
    const addresses = list.map(bootstrapAddress);
    for (const address of addresses) this.#node.addresses.add(address);
    await Promise.all(addresses.map(({ id }) => this.#bootstrap.dial(id)));
  }

  /**
   * Swaps whole catalogs with a peer.
   *
   * @throws DiscoveryError `syncFailed`, its cause a `NetworkError`; `invalidSignature`
   */
  async syncWith(peer: BootstrapPeer, options: { signal?: AbortSignal } = {}): Promise<void> {
    const address = bootstrapAddress(peer);
    this.#node.addresses.add(address);
    try {
      const ours = this.#core.snapshot(this.#node.runtime.wallMs());
      await syncCatalogs(this.#context, address.id, ours, options.signal);
    } catch (cause) {
      if (cause instanceof DiscoveryError) throw cause;
      throw new DiscoveryError("syncFailed", `no catalog sync with ${address.id.short()}: ${messageOf(cause)}`, {
        peer: address.id,
        cause,
      });
    }
  }

  /**
   * Asks a peer for its entry and round-trip time, and feeds both to the catalog.
   *
   * @throws DiscoveryError `pingFailed`, its cause a `NetworkError`; `invalidSignature`; `wrongPeer`
   */
  async ping(peer: BootstrapPeer, options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<Pong> {
    const address = bootstrapAddress(peer);
    this.#node.addresses.add(address);
    try {
      const timeoutMs = options.timeoutMs ?? PING_TIMEOUT_MS;
      const pong = await pingPeer(this.#context, address.id, timeoutMs, options.signal);
      this.#alive(address.id, pong);
      return pong;
    } catch (cause) {
      if (cause instanceof DiscoveryError) throw cause;
      throw new DiscoveryError("pingFailed", `no answer to a ping from ${address.id.short()}: ${messageOf(cause)}`, {
        peer: address.id,
        cause,
      });
    }
  }

  /** What happens to peers from now on. */
  events(): AsyncIterableIterator<DiscoveryEvent | Lagged> {
    return this.#events.events();
  }

  /** Adds an unsigned entry that only this node sees; false for itself, another network, or a peer whose signed entry is known. */
  insert(entry: PeerEntry): boolean {
    const isInserted = this.#core.insertUnsigned(entry);
    if (!isInserted) return false;
    this.#node.addresses.advertise(entry.address);
    this.catalog.changed();
    return true;
  }

  /** Removes an unsigned entry; whether there was one. */
  remove(peer: PeerIdLike): boolean {
    const isRemoved = this.#core.removeUnsigned(PeerId.from(peer));
    if (isRemoved) this.catalog.changed();
    return isRemoved;
  }

  /** Removes every unsigned entry; whether there were any. */
  clearUnsigned(): boolean {
    const hadAny = this.#core.clearUnsigned();
    if (hadAny) this.catalog.changed();
    return hadAny;
  }

  /** Adds labels to this node. */
  addTags(tags: DigestLike | Iterable<DigestLike>): void {
    this.updateLocal((entry, nowMs) => entry.withAdded("tags", listOf(tags), nowMs));
  }

  removeTags(tags: DigestLike | Iterable<DigestLike>): void {
    this.updateLocal((entry, nowMs) => entry.withRemoved("tags", listOf(tags), nowMs));
  }

  /** Changes what we say of ourselves; a change is signed and made known to every peer. */
  updateLocal(change: (entry: PeerEntry, nowMs: number) => PeerEntry): void {
    const before = this.#core.local.entry;
    const after = change(before, this.#node.runtime.wallMs());
    if (after === before) return;
    this.#core.setLocal(signEntry(this.#node, after));
    this.catalog.changed();
    this.#introducer.introduceToAll();
  }

  /** Stops everything. Links in use end with the node. */
  close(): void {
    this.#unwatchAddress();
    for (const cancel of this.#cancelTimers.values()) cancel();
    this.#liveness.close();
    this.#bootstrap.close();
    this.#introducer.close();
    this.#events.close();
  }

  #every(name: string, intervalMs: number, task: () => void): void {
    const arm = (): void => {
      const cancel = this.#node.runtime.after(intervalMs, () => {
        task();
        arm();
      });
      this.#cancelTimers.set(name, cancel);
    };
    arm();
  }

  #freshEntry(): SignedPeerEntry {
    const entry = this.#core.local.entry.incremented(this.#node.runtime.wallMs());
    this.#core.setLocal(signEntry(this.#node, entry));
    return this.#core.local;
  }

  #merge(entries: readonly SignedPeerEntry[]): void {
    for (const signed of entries) this.#upsert(signed);
  }

  #alive(peer: PeerId, pong: Pong): void {
    this.rtt.record(peer, pong.rttMicros);
    this.#upsert(pong.entry);
    this.#introducer.reached(peer);
  }

  #upsert(signed: SignedPeerEntry): void {
    const { entry } = signed;
    const outcome = this.#core.upsert(signed, this.#node.runtime.wallMs());
    if (outcome !== "new" && outcome !== "updated" && outcome !== "renewed") return;
    if (outcome !== "renewed") this.#node.addresses.advertise(entry.address);
    this.catalog.changed();
    if (outcome === "new") {
      this.#count("mosaik.discovery.peers.discovered");
      this.#events.emit({ kind: "peerDiscovered", entry });
      this.#introducer.introduceTo(entry.id);
    } else if (outcome === "updated") {
      this.#count("mosaik.discovery.peers.updated");
      this.#events.emit({ kind: "peerUpdated", entry });
    }
  }

  #silent(peer: PeerId): void {
    if (this.#core.depart(peer, this.#node.runtime.wallMs()) !== undefined) this.#departed(peer, "silent");
  }

  #purge(): void {
    for (const peer of this.#core.purge(this.#node.runtime.wallMs())) {
      this.#node.addresses.forget(peer);
      this.#departed(peer, "purged");
    }
  }

  #departed(peer: PeerId, reason: "silent" | "purged"): void {
    this.rtt.remove(peer);
    this.#introducer.forget(peer);
    this.catalog.changed();
    this.#count("mosaik.discovery.peers.departed");
    this.#events.emit({ kind: "peerDeparted", peer, reason });
  }

  #count(name: string): void {
    this.#node.metrics.counter(name).add();
    this.#node.metrics.gauge("mosaik.discovery.catalog.size").set(this.catalog.peersCount());
  }
}

function listOf(tags: DigestLike | Iterable<DigestLike>): DigestLike[] {
  return typeof tags === "string" || tags instanceof Digest ? [tags] : [...tags];
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
