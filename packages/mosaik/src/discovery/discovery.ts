import { Gossip } from "../gossip/index.js";
import {
  ALPN,
  PeerEntry,
  PeerInfo,
  publishing,
  verifySignature,
  type EndpointAddress,
  type LocalNode,
  type Router,
  type SignedPeerEntry,
  type Ticket,
} from "../network/index.js";
import {
  Digest,
  EventHub,
  MosaikError,
  PeerId,
  unlessAborted,
  type DigestLike,
  type Lagged,
  type PeerIdLike,
} from "../primitives/index.js";
import type { Connection, EndpointAddr } from "../runtime/index.js";
import { Announcer } from "./announcer.js";
import { Bootstrap } from "./bootstrap.js";
import { CatalogCore } from "./catalog.js";
import { CatalogView } from "./catalog-view.js";
import type { BootstrapPeer, DiscoveryConfig } from "./config.js";
import { DhtBootstrap } from "./dht-bootstrap.js";
import { diagnosePeer, type Diagnosis } from "./diagnosis.js";
import { DiscoveryError } from "./errors.js";
import { Exchanges } from "./exchanges.js";
import { Introducer } from "./introducer.js";
import { LanPeers } from "./lan-peers.js";
import { Liveness } from "./liveness.js";
import { LocalEntry, signLocal } from "./local-entry.js";
import { Membership, type DiscoveryEvent } from "./membership.js";
import { bootstrapAddress, checkConfig } from "./options.js";
import { pingAnyone, pingLimits, pingPeer, servePing, type PingOptions, type Pong } from "./ping.js";
import { RttTracker } from "./rtt.js";
import { serveSync, syncCatalogs, type SyncContext } from "./sync.js";
import { topologyOf, type Topology } from "./topology.js";

/** Connections served at once, by protocol. */
const SERVING_MAX = { sync: 16, ping: 256 };
const PURGE_CHECKS_PER_AGE = 10;
/** How long a farewell may take to get across, in ms (spec 02 §7.6). */
const FAREWELL_MS = 500;

/**
 * Finds the other nodes of the network and keeps their entries (spec 02). Nodes that were given one peer learn of all others from
 * it; from then on they hear of each other by gossip, and ping each other.
 */
export class Discovery {
  /** Who is in the network, now and as it changes. */
  readonly catalog: CatalogView;
  /** Smoothed round-trip times of peers. */
  readonly rtt = new RttTracker();
  readonly #node: LocalNode;
  readonly #config: DiscoveryConfig;
  readonly #core: CatalogCore;
  readonly #local: LocalEntry;
  readonly #membership: Membership;
  readonly #events: EventHub<DiscoveryEvent>;
  readonly #context: SyncContext;
  readonly #gossip: Gossip;
  readonly #announcer: Announcer;
  readonly #introducer: Introducer;
  readonly #liveness: Liveness;
  readonly #bootstrap: Bootstrap;
  readonly #dht: DhtBootstrap | undefined;
  readonly #lan: LanPeers;
  readonly #cancelTimers = new Map<string, () => void>();
  #unwatchAddress: () => void = () => {};

  constructor(node: LocalNode, router: Router, protocolVersion: string, config: DiscoveryConfig) {
    checkConfig(config);
    this.#node = node;
    this.#config = config;
    const nowMs = node.runtime.wallMs();
    const entry = PeerEntry.create(protocolVersion, node.networkId, node.address(), nowMs);
    this.#core = new CatalogCore(
      {
        networkId: node.networkId,
        localId: node.id,
        purgeAfterMs: config.purgeAfterMs,
        maxRttMs: config.maxRttMs,
        entriesMax: config.entriesMax,
      },
      signLocal(node, entry.withAdded("tags", config.tags, nowMs)),
      (peer) => this.rtt.rttMs(peer),
    );
    this.catalog = new CatalogView(this.#core, node.runtime, config.eventsBacklog);
    this.#events = new EventHub(config.eventsBacklog, publishing(node, "discovery"));
    const exchanges = new Exchanges();
    this.#context = { node, catalog: this.#core, exchanges, merge: (entries) => this.#merge(entries) };
    this.#introducer = new Introducer(this.#context);
    this.#membership = new Membership({
      node,
      core: this.#core,
      view: this.catalog,
      rtt: this.rtt,
      events: this.#events,
      onDiscovered: (peer) => {
        this.#introducer.welcome(peer);
        this.#gossip.offer(peer);
        this.#liveness.found();
      },
      onDeparted: (peer) => this.#introducer.forget(peer),
    });
    this.#gossip = new Gossip({
      node,
      router,
      topic: node.networkId,
      alpn: ALPN.announce,
      candidates: () => this.#core.signedPeers(node.runtime.wallMs()).map((signed) => signed.entry.id),
      onHeard: (peer) => this.#liveness.heard(peer),
      onEvent: (event) => {
        if (event.kind === "received") this.#announcer.receive(event.content);
        else if (event.kind === "neighborUp") this.#announcer.neighborUp(event.peer);
        else if (event.isLost) this.#liveness.suspect(event.peer);
      },
    });
    this.#local = new LocalEntry(node, this.#core, () => {
      this.catalog.changed();
      this.#announcer.announceSoon();
    });
    this.#bootstrap = new Bootstrap(this.#context);
    this.#lan = new LanPeers(node, (address) => this.#pingFound(address));
    if (config.dht !== false && node.runtime.udp !== undefined) {
      const context = {
        node,
        ping: (address: EndpointAddress) => this.#pingFound(address),
        neighborCount: () => this.#gossip.neighbors.size,
      };
      this.#dht = new DhtBootstrap(context, config.dht === true ? {} : config.dht);
    }
    this.#announcer = new Announcer({
      node,
      catalog: this.#core,
      gossip: this.#gossip,
      maxTimeDriftMs: config.maxTimeDriftMs,
      freshEntry: () => this.#local.fresh(),
      onEntry: (signed) => {
        this.#membership.upsert(signed);
        this.#liveness.heard(signed.entry.id);
      },
      onDeparture: ({ peer, lastVersion }) => this.#membership.depart(peer, "left", lastVersion),
      introduceTo: (peer) => this.#introducer.introduceTo(peer),
      introduceToAll: () => this.#introducer.introduceToAll(),
    });
    this.#liveness = new Liveness(this.#context, {
      intervalMs: config.pingIntervalMs,
      intervalMaxMs: config.pingIntervalMaxMs,
      missedMax: config.missedPingsMax,
      lookForMs: config.purgeAfterMs,
      onAlive: (peer, pong) => this.#alive(peer, pong),
      onSilent: (peer) => this.#membership.depart(peer, "silent"),
      onGivenUp: (peer) => node.addresses.forget(peer),
    });
    const onSync = (connection: Connection): Promise<void> => {
      this.#liveness.heard(PeerId.from(connection.remoteId));
      return serveSync(this.#context, connection);
    };
    const onPing = (connection: Connection): Promise<void> => {
      this.#liveness.heard(PeerId.from(connection.remoteId));
      return servePing(node, () => this.#local.fresh(), connection);
    };
    router.handle(ALPN.sync, SERVING_MAX.sync, onSync, "exchange");
    router.handle(ALPN.ping, SERVING_MAX.ping, onPing, "exchange");
  }

  /** Begins to look for peers. */
  start(): void {
    this.#unwatchAddress = this.#node.watchAddress((address) => {
      try {
        this.updateLocal((entry, nowMs) => entry.withAddress(address, nowMs));
      } catch (error) {
        this.#node.runtime.report(error, "a new address of this node");
      }
    });
    const { announceIntervalMs, announceJitter, purgeAfterMs } = this.#config;
    this.#every("announce", announceIntervalMs, announceJitter, () => {
      this.#local.fresh();
      this.#announcer.announce();
      // Neighbours are heard of, and so seldom pinged.
      for (const peer of this.#gossip.neighbors) {
        if (this.#core.signedEntry(peer) !== undefined) this.rtt.record(peer, this.#gossip.rttMicros(peer));
      }
    });
    this.#every("purge", purgeAfterMs / PURGE_CHECKS_PER_AGE, 0, () => this.#membership.purge());
    this.#liveness.start();
    for (const peer of this.#config.bootstrap) void this.dial(peer);
    this.#dht?.start();
  }

  /** The peers that gossip goes to directly. */
  get neighbors(): ReadonlySet<PeerId> {
    return this.#gossip.neighbors;
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
      await syncCatalogs(this.#context, address.id, "everything", options.signal);
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
   * @throws DiscoveryError `pingFailed`, its cause a `NetworkError` or the signal's reason; `invalidSignature`; `wrongPeer`;
   * `invalidOption`
   */
  async ping(peer: BootstrapPeer, options: PingOptions = {}): Promise<Pong> {
    const limits = pingLimits(options);
    const address = bootstrapAddress(peer);
    this.#node.addresses.add(address);
    try {
      const pong = await pingPeer(this.#context, address.id, limits);
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
    const previous = this.#core.known(entry.id);
    const isInserted = this.#core.insertUnsigned(entry);
    if (!isInserted) return false;
    this.#node.addresses.advertise(entry.address);
    this.catalog.record(previous === undefined ? { kind: "appeared", entry } : { kind: "updated", entry, previous });
    return true;
  }

  /** Removes an unsigned entry; whether there was one. */
  remove(peer: PeerIdLike): boolean {
    const entry = this.#core.removeUnsigned(PeerId.from(peer));
    if (entry !== undefined) this.catalog.record({ kind: "departed", entry });
    return entry !== undefined;
  }

  /** Removes every unsigned entry; whether there were any. */
  clearUnsigned(): boolean {
    const entries = this.#core.unsignedPeers();
    for (const { id } of entries) this.remove(id);
    return entries.length > 0;
  }

  /** Adds labels to this node. @throws DiscoveryError `entryTooLarge` */
  addTags(tags: DigestLike | Iterable<DigestLike>): void {
    this.updateLocal((entry, nowMs) => entry.withAdded("tags", listOf(tags), nowMs));
  }

  /** Takes labels of this node away; those that it does not have do no harm. */
  removeTags(tags: DigestLike | Iterable<DigestLike>): void {
    this.updateLocal((entry, nowMs) => entry.withRemoved("tags", listOf(tags), nowMs));
  }

  /** Adds a credential to this node's entry; nothing changes where it was there. @throws DiscoveryError `entryTooLarge` */
  addTicket(ticket: Ticket): void {
    this.updateLocal((entry, nowMs) => entry.withTicket(ticket, nowMs));
  }

  /** Removes a credential by its id. */
  removeTicket(id: DigestLike): void {
    const wanted = Digest.from(id);
    this.updateLocal((entry, nowMs) => entry.withoutTickets((_, known) => known === wanted, nowMs));
  }

  /** Removes every credential of a class. */
  removeTicketsOf(ticketClass: DigestLike): void {
    const wanted = Digest.from(ticketClass);
    this.updateLocal((entry, nowMs) => entry.withoutTickets((ticket) => ticket.class === wanted, nowMs));
  }

  /** Puts a credential in the place of every other of its class, in one change. @throws DiscoveryError `entryTooLarge` */
  replaceTicket(ticket: Ticket): void {
    this.updateLocal((entry, nowMs) => entry.replacingTickets(ticket, nowMs));
  }

  /** Changes what we say of ourselves; a change is signed and made known to every peer. @throws DiscoveryError `entryTooLarge` */
  updateLocal(change: (entry: PeerEntry, nowMs: number) => PeerEntry): void {
    this.#local.update(change);
  }

  /** Takes an entry that came some other way. False if its signature is not valid, or if it brings nothing new. */
  feed(signed: SignedPeerEntry): boolean {
    if (!verifySignature(this.#node.runtime, signed)) return false;
    return ["new", "updated", "renewed"].includes(this.#membership.upsert(signed));
  }

  /** A peer was found on the local network: it is pinged, and taken in where it answers. */
  foundOnLan(addr: EndpointAddr): void {
    this.#lan.found(addr);
  }

  /** A peer has just shown on a connection with us that it is alive: it is not pinged for a while, and not taken for silent. */
  heard(peer: PeerId): void {
    this.#liveness.heard(peer);
  }

  /** Who produces, serves and is grouped with whom, as far as this node knows. */
  topology(): Topology {
    const local = new PeerInfo(this.#core.local.entry, undefined);
    return topologyOf(local, this.catalog.peers(), this.#gossip.neighbors);
  }

  /**
   * Says in words what is known of a peer and whether it answers: why it is not seen, or that nothing is wrong. A peer that does not answer within
   * `timeoutMs` is a finding, no error.
   *
   * @throws DiscoveryError `invalidOption`; the signal's reason
   */
  async diagnose(peer: BootstrapPeer, options: PingOptions = {}): Promise<Diagnosis> {
    const limits = pingLimits(options);
    const address = bootstrapAddress(peer);
    this.#node.addresses.add(address);
    const context = {
      node: this.#node,
      catalog: this.catalog,
      maxTimeDriftMs: this.#config.maxTimeDriftMs,
      ping: (id: PeerId) => pingAnyone(this.#context, id, limits),
    };
    return unlessAborted(diagnosePeer(context, address.id), limits.signal);
  }

  /** Says farewell to the network, and stops. Links in use end with the node. */
  async close(): Promise<void> {
    this.#unwatchAddress();
    for (const cancel of this.#cancelTimers.values()) cancel();
    this.#liveness.close();
    this.#bootstrap.close();
    this.#lan.close();
    this.#introducer.close();
    this.#announcer.depart();
    await Promise.all([this.#dht?.close(), this.#gossip.quit(FAREWELL_MS)]);
    this.#events.close();
    this.catalog.close();
  }

  /** @param jitter each interval is spread by this fraction to either side */
  #every(name: string, intervalMs: number, jitter: number, task: () => void): void {
    const { runtime } = this.#node;
    const arm = (): void => {
      const cancel = runtime.after(intervalMs * (1 + jitter * (2 * runtime.random.unit() - 1)), () => {
        task();
        arm();
      });
      this.#cancelTimers.set(name, cancel);
    };
    arm();
  }

  #merge(entries: readonly SignedPeerEntry[]): void {
    for (const signed of entries) this.#membership.upsert(signed);
  }

  /** Whether a peer that somebody names is there. What is said of its addresses is used for this once: anybody may have said it. */
  async #pingFound({ id, addrs }: EndpointAddress): Promise<boolean> {
    try {
      this.#alive(id, await pingPeer(this.#context, id, { ...pingLimits(), addrs }));
      return true;
    } catch (error) {
      if (!(error instanceof MosaikError)) this.#node.runtime.report(error, `pinging ${id.short()}`);
      return false;
    }
  }

  #alive(peer: PeerId, pong: Pong): void {
    this.rtt.record(peer, pong.rttMicros);
    // Who answers after it was lost may know a part of the network that we do not.
    const isNew = this.#membership.upsert(pong.entry) === "new";
    if (isNew && !this.#gossip.neighbors.has(peer)) this.#gossip.join([peer]);
    this.#introducer.reached(peer);
  }
}

function listOf(tags: DigestLike | Iterable<DigestLike>): DigestLike[] {
  return typeof tags === "string" || tags instanceof Digest ? [tags] : [...tags];
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
