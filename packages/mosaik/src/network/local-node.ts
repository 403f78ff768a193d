import {
  TransportError,
  type BiStream,
  type Connection,
  type ConnectionPath,
  type Endpoint,
  type EndpointAddr,
} from "@mosaik/iroh/transport";
import { Writer, type Codec } from "@mosaik/postcard";
import type { Metrics } from "../metrics/index.js";
import { Condition, linkSignals, PeerId, type Digest, type NetworkId } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";
import { AddressBook } from "./address-book.js";
import { endpointAddress, mergeAddresses, toTransport, type EndpointAddress, type TransportAddr } from "./address.js";
import { CLOSE } from "./close-codes.js";
import { NetworkError } from "./errors.js";
import { appendFrame } from "./framing.js";
import { Link, type LinkContext } from "./link.js";
import type { LinkEnding } from "./link-ending.js";
import { PeerExchange } from "./peer-exchange.js";
import { RelayPolicy } from "./relay-policy.js";
import { Tracing } from "./tracing.js";

export interface LocalNodeOptions {
  readonly runtime: Runtime;
  readonly metrics: Metrics;
  readonly networkId: NetworkId;
  readonly secretKey: Uint8Array;
  readonly endpoint: Endpoint;
  readonly frameLimitBytes: number;
  /** Which relays peers are reached by. Default: none. */
  readonly relays?: RelayPolicy;
}

/** Limits of a dial. */
export interface DialOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long it may take in all, in ms. Default: 10 000. */
  readonly timeoutMs?: number;
  /** Addresses that somebody told, to try beside those known of the peer. Default: none. */
  readonly addrs?: readonly TransportAddr[];
}

/** Limits of a dial that opens a stream, or of an accepted stream. */
export interface OpenOptions extends DialOptions {
  /** The largest message that the protocol receives, in bytes. Default: the network's limit. */
  readonly receiveMaxBytes?: number;
}

const OPEN_TIMEOUT_MS = 10_000;

/** This node on its network: its identity, its socket, what it knows of addresses, and the links that it holds. */
export class LocalNode {
  readonly runtime: Runtime;
  readonly metrics: Metrics;
  readonly networkId: NetworkId;
  readonly id: PeerId;
  readonly addresses: AddressBook;
  /** Who follows calls and commands from node to node. */
  readonly tracing: Tracing;
  /** Aborts when the node begins to close: every wait inside the node listens to it. */
  readonly closing: AbortSignal;
  readonly #secretKey: Uint8Array;
  readonly #relays: RelayPolicy;
  readonly #endpoint: Endpoint;
  readonly #linkContext: LinkContext;
  readonly #closer = new AbortController();
  readonly #links = new Set<Link>();
  readonly #exchanges = new Set<PeerExchange>();
  /** What ends each dial under way. They do not listen to `closing`: there may be many, and Node warns of many listeners. */
  readonly #dials = new Set<AbortController>();

  constructor(options: LocalNodeOptions) {
    this.runtime = options.runtime;
    this.metrics = options.metrics;
    this.networkId = options.networkId;
    this.#secretKey = options.secretKey;
    this.#endpoint = options.endpoint;
    this.id = PeerId.from(options.endpoint.id);
    this.tracing = new Tracing({ network: this.networkId, node: this.id }, this.runtime);
    this.#relays = options.relays ?? new RelayPolicy("none", false);
    this.addresses = new AddressBook(this.#relays);
    this.closing = this.#closer.signal;
    this.#linkContext = options;
  }

  /** Where this node can be reached now. */
  address(): EndpointAddress {
    return endpointAddress(this.#endpoint.addr());
  }

  /**
   * Whether others can be expected to reach this node now: it is connected to a relay; without relays it is as long as it is open. Rejects for
   * whoever waits when the node closes.
   */
  online(): Condition {
    return new Condition(
      {
        subscribe: (listener) => {
          const unwatch = this.#endpoint.watchAddr(listener);
          this.closing.addEventListener("abort", listener);
          return () => {
            unwatch();
            this.closing.removeEventListener("abort", listener);
          };
        },
        ended: () => (this.closing.aborted ? (this.closing.reason as Error) : undefined),
      },
      () => !this.closing.aborted && this.#endpoint.isOnline(),
    );
  }

  /** Calls `listener` after each change of `address()`, until the returned function is called. */
  watchAddress(listener: (address: EndpointAddress) => void): () => void {
    return this.#endpoint.watchAddr((addr) => listener(endpointAddress(addr)));
  }

  /** A hint that the network may have changed: it is looked at again at once. */
  networkChange(): void {
    this.#endpoint.networkChange();
  }

  /** Whether connections export keying material, as groups need it. */
  get hasExporter(): boolean {
    return this.#endpoint.hasExporter ?? true;
  }

  /**
   * The way to a peer with which there is a connection of a stream, a group or a sync now: that of the newest. `undefined` without any. Two peers
   * that meet at a relay find a direct way soon, where their networks let them.
   */
  pathTo(peer: PeerId): ConnectionPath | undefined {
    let path: ConnectionPath | undefined;
    for (const link of this.#links) if (link.peer === peer) path = link.connection.path() ?? path;
    return path;
  }

  /** Signs a digest with this node's key. */
  sign(digest: Digest): Uint8Array {
    return this.runtime.sign(this.#secretKey, digest.bytes);
  }

  /**
   * Connects to a peer at the addresses known of it. The caller has to close the connection.
   *
   * @param alpns one protocol or several, of which the peer chooses: see `Connection.alpn`
   * @throws NetworkError `unreachable`, `timeout`, `cancelled`, `closed`
   */
  dial(peer: PeerId, alpns: string | readonly string[], options: DialOptions = {}): Promise<Connection> {
    const offered = typeof alpns === "string" ? [alpns] : alpns;
    return this.#connect(peer, offered, options, (connection) => Promise.resolve(connection));
  }

  /**
   * Connects to a peer at the addresses known of it and opens the stream of one protocol.
   *
   * @throws NetworkError `unreachable`, `timeout`, `cancelled`, `closed`
   */
  open(peer: PeerId, alpn: string, options: OpenOptions = {}): Promise<Link> {
    return this.#connect(peer, [alpn], options, (connection) => this.openOn(connection, options));
  }

  /**
   * Sends one message to a peer at the addresses known of it and takes one in return, on a connection of their own.
   * The dial may take 10 s. Whoever begins it asks for the answer, or closes it.
   *
   * @throws NetworkError `tooLarge`, `closed`
   */
  exchange<T>(peer: PeerId, alpn: string, codec: Codec<T>, message: T): PeerExchange {
    if (this.closing.aborted) throw this.#openError(peer, undefined, undefined);
    const writer = new Writer();
    const payloadBytes = appendFrame(writer, codec, message);
    const { frameLimitBytes } = this.#linkContext;
    if (payloadBytes > frameLimitBytes) {
      throw new NetworkError("tooLarge", `a message of ${payloadBytes} bytes is over the limit`, { peer });
    }
    const address = this.#targetOf(peer);
    let isLate = false;
    const begun = this.#endpoint.exchange(address, alpn, writer.take(), frameLimitBytes);
    const exchange = new PeerExchange(peer, begun, {
      dialError: (cause) => this.#openError(peer, cause, isLate ? OPEN_TIMEOUT_MS : undefined),
      onOver: (isSent, answerBytes) => {
        cancelTimer();
        this.#exchanges.delete(exchange);
        if (!isSent) return;
        this.metrics.counter("mosaik.network.connections.opened").add();
        this.metrics.counter("mosaik.network.egress.bytes").add(payloadBytes);
        this.metrics.counter("mosaik.network.ingress.bytes").add(answerBytes);
      },
    });
    const cancelTimer = this.runtime.after(OPEN_TIMEOUT_MS, () => {
      isLate = !exchange.isSent;
      if (isLate) exchange.close(CLOSE.cancelled);
    });
    this.#exchanges.add(exchange);
    return exchange;
  }

  /** Opens the stream of a protocol on a connection of its own. @throws TransportError */
  async openOn(connection: Connection, options: OpenOptions = {}): Promise<Link> {
    return this.#adopt(connection, await connection.openBi(), options);
  }

  /** One stream of a connection that others use too. Whoever owns the connection ends the link. */
  share(connection: Connection, stream: BiStream, ending: LinkEnding, options: OpenOptions = {}): Link {
    return new Link(this.#linkContext, connection, stream, { ...options, ending });
  }

  /**
   * The stream of an accepted connection, once the peer has written to it.
   *
   * @throws NetworkError `timeout` (the connection was dropped), `closed`
   */
  async acceptLink(connection: Connection, options: OpenOptions = {}): Promise<Link> {
    const timeoutMs = options.timeoutMs ?? OPEN_TIMEOUT_MS;
    let isLate = false;
    const cancelTimer = this.runtime.after(timeoutMs, () => {
      isLate = true;
      connection.close(CLOSE.dropped.code, CLOSE.dropped.name);
    });
    try {
      return this.#adopt(connection, await connection.acceptBi(), options);
    } catch (cause) {
      throw this.#openError(PeerId.from(connection.remoteId), cause, isLate ? timeoutMs : undefined);
    } finally {
      cancelTimer();
    }
  }

  /** The next connection that a peer opened; `undefined` once the node is closed. */
  accept(): Promise<Connection | undefined> {
    return this.#endpoint.accept();
  }

  /** Lets the process end while the node is open. */
  unref(): void {
    this.#endpoint.unref();
  }

  /** Stops dialling and waiting. Links stay open for their owners to end. */
  beginClose(): void {
    if (this.closing.aborted) return;
    this.#closer.abort(new NetworkError("closed", "the network is closed"));
    for (const dial of this.#dials) dial.abort();
    for (const exchange of this.#exchanges) if (!exchange.isSent) exchange.close(CLOSE.cancelled);
  }

  /** Closes every link that its owner left open with 102, then the endpoint. */
  async close(): Promise<void> {
    this.beginClose();
    for (const link of this.#links) link.close(CLOSE.cancelled);
    for (const exchange of this.#exchanges) exchange.close(CLOSE.cancelled);
    await this.#endpoint.close();
  }

  /** Connects, and closes again where what `use` makes of the connection fails or comes too late. */
  async #connect<T>(
    peer: PeerId,
    alpns: readonly string[],
    options: DialOptions,
    use: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    const deadline = new AbortController();
    const { signal, unlink } = linkSignals(options.signal, deadline.signal);
    const timeoutMs = options.timeoutMs ?? OPEN_TIMEOUT_MS;
    const cancelTimer = this.runtime.after(timeoutMs, () => deadline.abort());
    this.#dials.add(deadline);
    if (this.closing.aborted) deadline.abort();
    let connection: Connection | undefined;
    try {
      connection = await this.#endpoint.dial(this.#targetOf(peer, options.addrs), alpns, { signal });
      const used = await use(connection);
      if (signal.aborted) throw new TransportError("cancelled", "aborted while opening");
      return used;
    } catch (cause) {
      connection?.close(CLOSE.cancelled.code, CLOSE.cancelled.name);
      throw this.#openError(peer, cause, deadline.signal.aborted ? timeoutMs : undefined);
    } finally {
      this.#dials.delete(deadline);
      cancelTimer();
      unlink();
    }
  }

  /** Where a peer is dialled: at the addresses known of it and those told; without any, at the relays that it may share with us. */
  #targetOf(peer: PeerId, told: readonly TransportAddr[] = []): EndpointAddr {
    const known = this.addresses.get(peer).addrs;
    const addrs = told.length === 0 ? known : mergeAddresses(known, this.#relays.usable(told));
    return toTransport({ id: peer, addrs: addrs.length === 0 ? this.#relays.ownRelays : addrs });
  }

  #adopt(connection: Connection, stream: BiStream, options: OpenOptions): Link {
    const link = new Link(this.#linkContext, connection, stream, options);
    this.#links.add(link);
    void link.closed.then(() => this.#links.delete(link));
    this.metrics.counter("mosaik.network.connections.opened").add();
    return link;
  }

  #openError(peer: PeerId, cause: unknown, lateAfterMs: number | undefined): NetworkError {
    const closeInfo = cause instanceof TransportError ? cause.closeInfo : undefined;
    const details = { peer, cause, closeInfo };
    if (this.closing.aborted) return new NetworkError("closed", "the network is closed", details);
    if (lateAfterMs !== undefined) {
      return new NetworkError("timeout", `peer ${peer.short()} did not answer within ${lateAfterMs} ms`, details);
    }
    if (!(cause instanceof TransportError)) throw cause;
    if (cause.code === "cancelled") return new NetworkError("cancelled", "the dial was cancelled", details);
    if (cause.code === "closed") {
      return new NetworkError("closed", `peer ${peer.short()} closed the connection: ${cause.message}`, details);
    }
    return new NetworkError("unreachable", `peer ${peer.short()} cannot be reached: ${cause.message}`, details);
  }
}
