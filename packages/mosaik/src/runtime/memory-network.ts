import { type EndpointAddr, type EndpointOptions, type Transport, TransportError } from "@mosaik/iroh/transport";
import { requireOptions, requireSocketAddr } from "./memory-arguments.js";
import type { MemoryConnection } from "./memory-connection.js";
import { MemoryCuts } from "./memory-cuts.js";
import { MemoryLan } from "./memory-lan.js";
import { MemoryEndpoint, type EndpointNetwork } from "./memory-endpoint.js";
import type { DialPolicy, HandshakeGround } from "./memory-handshake.js";
import { MemoryPath, requireLatency, type Latency } from "./memory-path.js";
import { SeededRandom } from "./seeded-random.js";
import type { SimulatedHost } from "./simulated-host.js";

/** The latencies that the ways of a network get, each its own. */
export interface LatencyRange {
  /** The least and the greatest base latency, one way, in ms; drawn uniformly for each pair of hosts. */
  readonly minMs: number;
  readonly maxMs: number;
  /** What is added at random to each packet, uniform in [0, jitterMs). */
  readonly jitterMs: number;
  /** The share of packets that are lost and repeated, from 0 to below 1. Default: 0. */
  readonly lossRate?: number;
}

export interface MemoryNetworkOptions {
  readonly seed: string;
  /** The Ed25519 public key of a seed, or what stands in for it. */
  readonly publicKey: (secretKey: Uint8Array) => Uint8Array;
  /** Default: 1 to 10 ms, jitter 1 ms. */
  readonly latency?: LatencyRange;
  /** Whether a dial finds a peer by its id alone, as lookup services and relays allow. Default: true. */
  readonly resolvesBareIds?: boolean;
}

const defaultLatency: LatencyRange = { minMs: 1, maxMs: 10, jitterMs: 1 };
/** The first port that a host gives out. */
const firstPort = 4_001;

/**
 * QUIC without QUIC: endpoints, connections and streams of the transport contract in one process and in virtual time. What it
 * keeps of the original: handshakes, flow control, closes that overtake data, silence that ends in a timeout. What it leaves
 * out: bandwidth, and the loss of single packets, which QUIC hides from its users anyway.
 */
export class MemoryNetwork implements EndpointNetwork {
  readonly connections = new Set<MemoryConnection>();
  readonly #random: SeededRandom;
  readonly #options: MemoryNetworkOptions;
  readonly #paths = new Map<string, MemoryPath>();
  readonly #latencies = new Map<string, Latency>();
  readonly #cuts = new MemoryCuts();
  readonly #lan = new MemoryLan();
  readonly #policies = new Map<string, DialPolicy>();
  readonly #byId = new Map<string, MemoryEndpoint>();
  readonly #byAddr = new Map<string, MemoryEndpoint>();
  /** Ids that were ever bound. */
  readonly #knownIds = new Set<string>();
  readonly #moves = new Map<string, number>();
  #connectionCount = 0;

  constructor(options: MemoryNetworkOptions) {
    this.#options = options;
    const { minMs, maxMs, ...rest } = options.latency ?? defaultLatency;
    for (const baseMs of [minMs, maxMs]) requireLatency({ baseMs, ...rest });
    this.#random = new SeededRandom(`${options.seed}/network`);
  }

  /** The transport of the present incarnation of a host. */
  transport(host: SimulatedHost): Transport {
    const { incarnation } = host;
    return {
      // eslint-disable-next-line @typescript-eslint/require-await -- what it throws is to reject
      bind: async (options) => {
        if (!host.isUp || host.incarnation !== incarnation) throw new TransportError("bind", `${host.name} crashed`);
        return this.#bind(host, options);
      },
    };
  }

  /** Nothing that `from` sends reaches `to` until it is mended. */
  cut(from: string, to: string): void {
    this.#cuts.cut(from, to);
    this.#reviewCuts();
  }

  mend(from: string, to: string): void {
    this.#cuts.mend(from, to);
    this.#reviewCuts();
  }

  /** The host hears nobody and is heard by nobody until it rejoins. */
  isolate(name: string): void {
    this.#cuts.isolate(name);
    this.#reviewCuts();
  }

  rejoin(name: string): void {
    this.#cuts.rejoin(name);
    this.#reviewCuts();
  }

  mendAll(): void {
    this.#cuts.mendAll();
    this.#reviewCuts();
  }

  /** Sets the latency from one host to another; packets under way keep theirs. @throws RangeError for what is none */
  setLatency(from: string, to: string, latency: Latency): void {
    requireLatency(latency);
    this.#latencies.set(pathKey(from, to), latency);
    const path = this.#paths.get(pathKey(from, to));
    if (path !== undefined) path.latency = latency;
  }

  /** How the endpoints of a host meet dials from now on. */
  setDialPolicy(name: string, policy: DialPolicy): void {
    this.#policies.set(name, policy);
    for (const endpoint of this.#endpointsOf(name)) endpoint.dialPolicy = policy;
  }

  /** Both sides of every connection between two hosts lose it, as where a path fails for good: they see a timeout. */
  dropConnections(one: string, other: string): void {
    for (const connection of [...this.connections]) {
      const { hostName, peer } = connection;
      if (hostName === one && peer.hostName === other) {
        connection.loseContact("timeout");
        peer.loseContact("timeout");
      }
    }
  }

  /** The endpoints of a host lose all state without a word: peers hear nothing until they give up. */
  kill(name: string): void {
    for (const endpoint of this.#endpointsOf(name)) endpoint.die();
  }

  /** The endpoints of a host get new addresses; their connections stay. */
  move(name: string): void {
    this.#moves.set(name, (this.#moves.get(name) ?? 0) + 1);
    for (const endpoint of this.#endpointsOf(name)) {
      const port = requireSocketAddr(endpoint.addr().directAddrs[0]!);
      this.#byAddr.delete(endpoint.addr().directAddrs[0]!);
      const directAddr = `${this.#ip(endpoint.host)}:${port}`;
      this.#byAddr.set(directAddr, endpoint);
      endpoint.move({ ...endpoint.addr(), directAddrs: [directAddr] });
    }
  }

  /** A host was paused or goes on: its peers judge its silence anew. */
  reviewHost(name: string): void {
    for (const connection of [...this.connections]) if (connection.hostName === name) connection.peer.review();
  }

  /** Closes every endpoint. */
  async close(): Promise<void> {
    await Promise.all([...this.#byAddr.values()].map((endpoint) => endpoint.close()));
  }

  resolve(addr: EndpointAddr): MemoryEndpoint | "silence" | "unknown" {
    for (const direct of addr.directAddrs) {
      const endpoint = this.#byAddr.get(direct);
      if (endpoint?.id === addr.id) return endpoint;
    }
    const isBare = addr.directAddrs.length === 0 && addr.relayUrls.length === 0;
    if (isBare && (this.#options.resolvesBareIds === false || !this.#knownIds.has(addr.id))) return "unknown";
    const peer = this.#byId.get(addr.id);
    if (this.#options.resolvesBareIds !== false) return peer ?? "silence";
    // A relay passes on what is for those who are connected to it.
    const relays = new Set(peer?.addr().relayUrls);
    return peer !== undefined && addr.relayUrls.some((url) => relays.has(url)) ? peer : "silence";
  }

  ground(from: SimulatedHost, to: SimulatedHost): HandshakeGround {
    const ordinal = this.#connectionCount++;
    return { there: this.#path(from, to), back: this.#path(to, from), ordinal, random: this.#random };
  }

  remove(endpoint: MemoryEndpoint): void {
    for (const direct of endpoint.addr().directAddrs) this.#byAddr.delete(direct);
    if (this.#byId.get(endpoint.id) === endpoint) this.#byId.delete(endpoint.id);
  }

  #bind(host: SimulatedHost, options: EndpointOptions): MemoryEndpoint {
    requireOptions(options);
    const id = hexOf(this.#options.publicKey(options.secretKey));
    const directAddr = this.#freeAddr(host, options.bindAddrs);
    const relayUrls = typeof options.relay === "object" ? options.relay.urls.map((url) => new URL(url).href) : [];
    const limits = {
      alpns: options.alpns,
      receiveWindowBytes: options.streamReceiveWindowBytes ?? 1_250_000,
      sendWindowBytes: options.sendWindowBytes ?? 10_000_000,
      incomingStreamsMax: options.maxIncomingStreams ?? 100,
      idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
    };
    const endpoint = new MemoryEndpoint({ id, relayUrls, directAddrs: [directAddr] }, host, limits, this);
    endpoint.dialPolicy = this.#policies.get(host.name) ?? "accept";
    this.#byId.set(id, endpoint);
    this.#byAddr.set(directAddr, endpoint);
    this.#knownIds.add(id);
    if (options.mdns !== undefined) this.#lan.enter(endpoint, options.mdns);
    return endpoint;
  }

  /** The address that a host gives an endpoint: its own, with the port that was asked for or the next that is free. */
  #freeAddr(host: SimulatedHost, bindAddrs: readonly string[] = []): string {
    const ip = this.#ip(host);
    const port = bindAddrs.map(requireSocketAddr).find((wanted) => wanted !== 0);
    if (port !== undefined) {
      if (this.#byAddr.has(`${ip}:${port}`)) throw new TransportError("bind", `port ${port} of ${host.name} is taken`);
      return `${ip}:${port}`;
    }
    let free = firstPort;
    while (this.#byAddr.has(`${ip}:${free}`)) free++;
    return `${ip}:${free}`;
  }

  #ip(host: SimulatedHost): string {
    return `10.${(this.#moves.get(host.name) ?? 0) & 255}.${(host.ordinal >> 8) & 255}.${host.ordinal & 255}`;
  }

  #path(from: SimulatedHost, to: SimulatedHost): MemoryPath {
    const key = pathKey(from.name, to.name);
    let path = this.#paths.get(key);
    if (path === undefined) {
      const random = new SeededRandom(`${this.#options.seed}/path/${key}`);
      const { minMs, maxMs, jitterMs, lossRate = 0 } = this.#options.latency ?? defaultLatency;
      const drawn = (): Latency => ({ baseMs: minMs + random.unit() * (maxMs - minMs), jitterMs, lossRate });
      const latency = this.#latencies.get(key) ?? drawn();
      path = new MemoryPath(from, to, latency, random);
      path.isCut = this.#cuts.isCut(from.name, to.name);
      this.#paths.set(key, path);
    }
    return path;
  }

  #reviewCuts(): void {
    for (const path of this.#paths.values()) {
      const isCut = this.#cuts.isCut(path.from.name, path.to.name);
      if (path.isCut && !isCut) path.mend();
      else path.isCut = isCut;
    }
    for (const connection of [...this.connections]) connection.review();
  }

  #endpointsOf(name: string): MemoryEndpoint[] {
    return [...this.#byAddr.values()].filter((endpoint) => endpoint.host.name === name);
  }
}

function pathKey(from: string, to: string): string {
  return `${from}>${to}`;
}

function hexOf(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}
