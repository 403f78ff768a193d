import { type RelayOption } from "@mosaik/iroh/transport";
import { Collections } from "../collections/index.js";
import { defaultDiscoveryConfig, Discovery, mdnsOf, type DiscoveryConfig } from "../discovery/index.js";
import { Functions } from "../functions/index.js";
import { Groups, type GroupsOptions } from "../groups/index.js";
import { Metrics } from "../metrics/index.js";
import {
  ALPN,
  CLOSE,
  DEFAULT_FRAME_LIMIT_BYTES,
  KeptConnections,
  LocalNode,
  NetworkError,
  publishing,
  RelayPolicy,
  Router,
} from "../network/index.js";
import { Digest, unlessAborted, type Condition, type DigestLike, type NetworkId } from "../primitives/index.js";
import { createNodeRuntime, type EndpointAddr, type Runtime } from "../runtime/index.js";
import { loadServing, Status, type ObserveOptions } from "../status/index.js";
import { Streams } from "../streams/index.js";
import type { AttestationSource, TdxGuest } from "../tee/index.js";
import { PROTOCOL_VERSION, VERSION } from "./version.js";

/** How a node joins a network. Every option has a default. */
export interface NetworkOptions {
  /** This node's identity: a 32-byte Ed25519 seed, or a text or digest to make one of. Default: random. */
  readonly secretKey?: Uint8Array | DigestLike;
  /** Relay servers. Default: the public ones of n0. */
  readonly relay?: RelayOption;
  /**
   * Whether relays are followed that peers name and this node does not use itself: whoever names one in its entry makes this node connect to that
   * host. Addresses that the program gives may name any, and so may, with `relay: "default"`, what n0's lookup services say. Default: false.
   */
  readonly foreignRelays?: boolean;
  /** Socket addresses to bind, at most one of each family. Default: every interface, a free port. */
  readonly bindAddrs?: readonly string[];
  /** How it finds others. Default: by the Mainline DHT. */
  readonly discovery?: Partial<DiscoveryConfig>;
  /** How it takes part in groups. Default: all defaults. */
  readonly groups?: GroupsOptions;
  /** Who may look at how this node stands, as `mosaik top` does. Default: nobody. */
  readonly observe?: ObserveOptions;
  /** The largest message that is accepted or sent, in bytes. Default: 64 MiB. */
  readonly frameLimitBytes?: number;
  /** The outside world. Default: the real one. */
  readonly runtime?: Runtime;
  /** Gives up joining. */
  readonly signal?: AbortSignal;
}

/** Why a network was closed. */
export type NetworkClosed = { readonly by: "program" } | { readonly by: "failure"; readonly error: unknown };

/** What is published of a network as a whole. */
export type NetworkEvent = { readonly kind: "open" } | { readonly kind: "close"; readonly cause: NetworkClosed };

/** Protocols that this node accepts. The first that a peer offers too is spoken: TypeScript nodes prefer their own (spec 08 §1). */
const ACCEPTED = [ALPN.typescript, ALPN.announce, ALPN.sync, ALPN.ping, ALPN.streams, ALPN.functions, ALPN.groups];
/** Streams of each direction that a peer may have open on a connection. A protocol uses one; gossip may begin one before it ends another. */
const STREAMS_PER_CONNECTION_MAX = 8;

/** One node of one network: everything that a program does with Mosaik begins here. Holds the process open until it is closed. */
export class Network {
  /** The network's id. */
  readonly id: NetworkId;
  /** This node: its id and addresses. */
  readonly local: LocalNode;
  /** Who is in the network. */
  readonly discovery: Discovery;
  /** What this node produces and consumes: `stream` declares it. */
  readonly streams: Streams;
  /** What this node handles and calls: `func` declares it. */
  readonly functions: Functions;
  /** The groups that this node is in. */
  readonly groups: Groups;
  /** The collections that this node has open: `collection` declares them. */
  readonly collections: Collections;
  /** How this node stands. */
  readonly status: Status;
  /** What this node counts. */
  readonly metrics: Metrics;
  /** Resolves when the network is closed, with the cause. */
  readonly closed: Promise<NetworkClosed>;
  #resolveClosed!: (closed: NetworkClosed) => void;
  readonly #kept: KeptConnections;
  readonly #publish: (event: NetworkEvent) => void;
  #closing: Promise<void> | undefined;

  private constructor(
    local: LocalNode,
    router: Router,
    discovery: Discovery,
    streams: Streams,
    frameLimitBytes: number,
    groups: GroupsOptions | undefined,
  ) {
    this.id = local.networkId;
    this.local = local;
    this.discovery = discovery;
    this.streams = streams;
    this.#kept = new KeptConnections(local, router, {
      knows: (peer) => discovery.catalog.get(peer) !== undefined,
      startedOf: (peer) => discovery.catalog.get(peer)?.entry.version.started,
      subscribe: (listener) => discovery.catalog.subscribe(listener),
    });
    this.functions = new Functions({ node: local, router, discovery, kept: this.#kept, frameLimitBytes });
    this.groups = new Groups({ node: local, router, discovery, frameLimitBytes, options: groups });
    this.collections = new Collections({ node: local, groups: this.groups });
    const { functions, groups: joined, collections } = this;
    const rooms = { discovery, streams, functions, groups: joined, collections };
    this.status = new Status({ ...rooms, node: local, kept: this.#kept, version: VERSION });
    this.metrics = local.metrics;
    this.metrics.measure("mosaik.runtime.loop.delay", () => local.runtime.loopDelayMs());
    this.#publish = publishing(local, "network");
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    discovery.start();
    void router.run().catch((error: unknown) => this.#end({ by: "failure", error }));
    this.#publish({ kind: "open" });
  }

  /**
   * Joins a network: binds a socket and begins to look for peers. Nodes that know one member, through `discovery.bootstrap`, come to
   * know all.
   *
   * @param id the network's id, or a text by the rule of `Digest.from`
   * @throws TransportError `bind`, `invalidArgument`; NetworkError, DiscoveryError, GroupError, StatusError `invalidOption`; StatusError
   * `exporterUnavailable` for a secret of `observe` on a transport where it cannot be shown; the signal's reason
   */
  static async join(id: DigestLike, options: NetworkOptions = {}): Promise<Network> {
    const networkId = Digest.from(id);
    const frameLimitBytes = options.frameLimitBytes ?? DEFAULT_FRAME_LIMIT_BYTES;
    if (!(frameLimitBytes >= 1024 && frameLimitBytes <= 0xffff_ffff)) {
      throw new NetworkError("invalidOption", `frameLimitBytes must be from 1024 to 2^32-1, not ${frameLimitBytes}`);
    }
    const runtime = options.runtime ?? (await createNodeRuntime());
    const secretKey = secretKeyOf(options.secretKey, runtime);
    options.signal?.throwIfAborted();
    const relay = options.relay ?? "default";
    const config = { ...defaultDiscoveryConfig, ...options.discovery };
    const observe = options.observe === undefined ? undefined : await loadServing(options.observe);
    /** Peers of the local network, for discovery once there is one. */
    const found: EndpointAddr[] = [];
    let onPeer = (addr: EndpointAddr): unknown => found.push(addr);
    const binding = runtime.transport.bind({
      secretKey,
      alpns: ACCEPTED,
      maxIncomingStreams: STREAMS_PER_CONNECTION_MAX,
      relay,
      ...(options.bindAddrs === undefined ? {} : { bindAddrs: options.bindAddrs }),
      ...(config.mdns ? { mdns: mdnsOf(runtime, networkId, (addr) => onPeer(addr)) } : {}),
    });
    binding.then(
      (endpoint) => (options.signal?.aborted ? endpoint.close() : undefined),
      () => {},
    );
    const endpoint = await unlessAborted(binding, options.signal);
    try {
      const metrics = new Metrics({ network: networkId.short() });
      const relays = new RelayPolicy(relay, options.foreignRelays ?? false);
      const local = new LocalNode({ runtime, metrics, networkId, secretKey, endpoint, frameLimitBytes, relays });
      const router = new Router(local);
      const discovery = new Discovery(local, router, PROTOCOL_VERSION, config);
      onPeer = (addr) => discovery.foundOnLan(addr);
      for (const addr of found) onPeer(addr);
      const streams = new Streams(local, router, discovery, frameLimitBytes);
      const network = new Network(local, router, discovery, streams, frameLimitBytes, options.groups);
      if (observe !== undefined) network.status.serve(observe);
      return network;
    } catch (error) {
      await endpoint.close();
      throw error;
    }
  }

  /**
   * Whether others can be expected to reach this node: it is connected to one of its relays; without relays, as long as it is open. It may come and
   * go. Peers in reach of its addresses find it all the same, so nothing waits for it unless the program does: `await network.online()`.
   */
  online(): Condition {
    return this.local.online();
  }

  /**
   * A hint that the machine's network may have changed, from a program that hears of it first: after sleep, or when a VPN comes up. Changes are
   * noticed without it too, some seconds later where the system does not tell of them; it does no harm where there was none.
   */
  networkChange(): void {
    this.local.networkChange();
  }

  /**
   * This machine as a guest of Intel TDX: whether it is one, its measurements, and this node's own ticket. What it takes is loaded by the first call.
   *
   * @param options `source` makes quotes. Default: the kernel, through configfs-tsm
   */
  async tdx(options: { readonly source?: AttestationSource } = {}): Promise<TdxGuest> {
    const { openTsm, TdxGuest: Guest } = await import("../tee/index.js");
    return new Guest(this, options.source ?? openTsm());
  }

  /** Lets the process end while the network is open; without a farewell then. */
  unref(): void {
    this.local.unref();
  }

  /**
   * Leaves the network in order: producers hand over what was sent, for at most a second, and close with 204; calls that are being served may end,
   * for at most a second; groups say farewell to their members; everything else closes with 102. Takes at most two seconds, unless a `drainTimeoutMs`
   * is longer. A second call waits for the first.
   */
  close(): Promise<void> {
    return this.#end({ by: "program" });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #end(cause: NetworkClosed): Promise<void> {
    this.#closing ??= this.#shutDown().finally(() => {
      this.#resolveClosed(cause);
      this.#publish({ kind: "close", cause });
    });
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    this.local.beginClose();
    await Promise.all([this.streams.close(), this.functions.close(), this.groups.close(), this.status.close()]);
    this.#kept.close(CLOSE.gracefulShutdown);
    await this.discovery.close();
    await this.local.close();
  }
}

function secretKeyOf(given: Uint8Array | DigestLike | undefined, runtime: Runtime): Uint8Array {
  if (given === undefined) return runtime.random.bytes(32);
  if (!(given instanceof Uint8Array)) return Digest.from(given).bytes;
  if (given.length !== 32) {
    throw new NetworkError("invalidOption", `a secret key has 32 bytes, not ${given.length}`);
  }
  return given.slice();
}
