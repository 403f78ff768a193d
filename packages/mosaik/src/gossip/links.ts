import { NetworkError, type LocalNode, type TransportAddr } from "../network/index.js";
import { Backoff, type NetworkId, type PeerId } from "../primitives/index.js";
import { type Connection, atMost } from "../runtime/index.js";
import { Incoming } from "./incoming.js";
import { Outgoing, SEND_QUEUE_MAX } from "./outgoing.js";
import { newest, newPeer, oldest, type Peer, type PeerConnection } from "./peer-connections.js";
import type { TopicMessage } from "./protocol.js";
import { Turns } from "./turns.js";

/** Dials at once. */
const DIALS_MAX = 32;
/** Connections beyond which nobody is dialled: 256 that were accepted, and half as many of our own. */
const CONNECTIONS_MAX = 384;
/** Connections with one peer; the oldest makes room. Two are usual, after simultaneous dials. */
const CONNECTIONS_PER_PEER_MAX = 4;
/** Messages that a peer may have made up before it is disconnected. */
export const SPOOFED_MAX = 8;
/** Peers that could not be reached and are left alone for a while. */
const FAILURES_MAX = 256;

const DIAL_TIMEOUT_MS = 10_000;
const REDIAL_BACKOFF = { initialMs: 1000, factor: 2, maxMs: 30_000, jitter: 0.3 };
/** A connection that neither side needs is closed after so long without a message, in ms. */
const AT_REST_MS = 10_000;
/** A connection with a peer that is no neighbour is closed after so long without a message, in ms. */
const QUIET_MS = 90_000;
/** A peer that takes nothing for so long is given up, in ms. */
const STALLED_MS = 30_000;

/** Application code 0 with Rust's reason: it takes it for the end of the link, and goes on. */
const CLOSE_REASON = "close from disconnect";

export interface LinksOptions {
  readonly node: LocalNode;
  readonly alpn: string;
  readonly topic: NetworkId;
  isPeerId(id: PeerId): boolean;
  /** What is known of a peer's addresses beside the node's address book. */
  addrsOf(peer: PeerId): readonly TransportAddr[];
  /** Whether there is no neighbour at all: nobody is spared a dial then. */
  isIsolated(): boolean;
  isNeighbor(peer: PeerId): boolean;
  onMessage(from: PeerId, message: TopicMessage): void;
  /** The connection that messages for the peer went to was lost, or there is none to be had. */
  onLost(peer: PeerId): void;
  /** The last connection ended with a peer that nothing was to be sent to. */
  onStrangerGone(peer: PeerId): void;
}

/**
 * The connections of gossip (spec 03 A.8). Messages to a peer go to the newest connection with it, one is dialled where there is none,
 * and all are read. Nothing here waits for a peer.
 */
export class Links {
  readonly #options: LinksOptions;
  readonly #peers = new Map<PeerId, Peer>();
  readonly #turns: Turns;
  readonly #failures = new Map<PeerId, { readonly backoff: Backoff; retryAtMs: number }>();
  #diallingCount = 0;
  #connectionCount = 0;
  #isClosed = false;

  constructor(options: LinksOptions) {
    this.#options = options;
    this.#turns = new Turns(options.node.runtime);
  }

  /** Connections that are open. */
  get connectionCount(): number {
    return this.#connectionCount;
  }

  /** Of the connection that messages for the peer go to. */
  rttMicros(id: PeerId): number | undefined {
    return this.#peers.get(id)?.sending?.connection.rttMicros();
  }

  send(id: PeerId, message: TopicMessage): void {
    if (this.#isClosed || id === this.#options.node.id) return;
    const peer = this.#peerOf(id);
    peer.isReleased = false;
    peer.sending ??= newest(peer);
    if (peer.sending !== undefined) return this.#sendOn(peer.sending, message);
    if (!peer.isDialling) {
      if (!this.#mayDial(id)) {
        this.#forgetIfUnused(peer);
        this.#count("mosaik.discovery.gossip.dropped", "notDialled");
        return this.#options.onLost(id);
      }
      void this.#dial(peer);
    }
    if (isJoin(message) && peer.waiting.some(isJoin)) return;
    if (peer.waiting.length >= SEND_QUEUE_MAX) return this.#count("mosaik.discovery.gossip.dropped", "queueFull");
    peer.waiting.push(message);
  }

  /** Nothing more is to be sent to the peer; what was is still delivered. Its connections are read on. */
  release(id: PeerId): void {
    const peer = this.#peers.get(id);
    if (peer === undefined) return;
    peer.isReleased = true;
    peer.sending?.outgoing.finish();
    peer.sending = undefined;
  }

  /** The peer sent a message that only it can have made up. Who does so again and again is disconnected. */
  blame(id: PeerId): void {
    this.#count("mosaik.discovery.gossip.invalid", "spoofed");
    const peer = this.#peers.get(id);
    if (peer === undefined || ++peer.spoofedCount < SPOOFED_MAX) return;
    this.#count("mosaik.discovery.gossip.dropped", "spoofer");
    for (const { connection, incoming } of peer.connections) {
      incoming.discard();
      connection.close(0, CLOSE_REASON);
    }
  }

  /** Serves a connection that a peer opened, to its end. */
  async serve(connection: Connection, from: PeerId): Promise<void> {
    if (this.#isClosed) return;
    this.#failures.delete(from);
    await this.#adopt(this.#peerOf(from), connection);
  }

  /** Closes connections that are of no use: at rest, quiet, or stalled. */
  sweep(): void {
    const nowMs = this.#nowMs();
    for (const peer of [...this.#peers.values()]) {
      for (const link of [...peer.connections]) {
        const { outgoing, incoming } = link;
        if (outgoing.takenCount !== link.takenCount || !outgoing.isWaiting) {
          link.takenCount = outgoing.takenCount;
          link.progressMs = nowMs;
        }
        const quietMs = nowMs - link.lastMessageMs;
        const isAtRest = peer.sending !== link && outgoing.isAtRest && incoming.isAtRest && quietMs >= AT_REST_MS;
        const isQuiet = quietMs >= QUIET_MS && !outgoing.isWaiting && !this.#options.isNeighbor(peer.id);
        const isStalled = nowMs - link.progressMs >= STALLED_MS;
        if (isStalled) this.#count("mosaik.discovery.gossip.dropped", "stalled");
        if (isAtRest || isQuiet || isStalled) link.connection.close(0, CLOSE_REASON);
      }
    }
  }

  /** Delivers what was sent, for at most so long, and closes everything. */
  async close(withinMs: number): Promise<void> {
    this.#isClosed = true;
    const links = [...this.#peers.values()].flatMap(({ connections }) => [...connections]);
    const drained = Promise.all(links.map(({ outgoing }) => outgoing.drain()));
    await atMost(this.#options.node.runtime, withinMs, drained);
    this.#turns.close();
    for (const { connection, incoming } of links) {
      incoming.discard();
      connection.close(0, CLOSE_REASON);
    }
  }

  async #dial(peer: Peer): Promise<void> {
    const { node, alpn } = this.#options;
    peer.isDialling = true;
    this.#diallingCount++;
    let connection: Connection | undefined;
    try {
      const limits = { timeoutMs: DIAL_TIMEOUT_MS, addrs: this.#options.addrsOf(peer.id) };
      connection = await node.dial(peer.id, alpn, limits);
    } catch (error) {
      if (!(error instanceof NetworkError)) node.runtime.report(error, `dialling ${peer.id.short()} for gossip`);
    }
    peer.isDialling = false;
    this.#diallingCount--;
    if (this.#isClosed) return connection?.close(0, CLOSE_REASON);
    if (connection === undefined) return this.#dialFailed(peer);
    this.#failures.delete(peer.id);
    // The entry may have been dropped while we dialled.
    await this.#adopt(this.#peerOf(peer.id), connection);
  }

  #dialFailed(peer: Peer): void {
    const { node } = this.#options;
    node.metrics.counter("mosaik.discovery.gossip.dials.failed").add();
    const failure = this.#failures.get(peer.id) ?? { backoff: new Backoff(REDIAL_BACKOFF), retryAtMs: 0 };
    failure.retryAtMs = this.#nowMs() + failure.backoff.nextMs(node.runtime.random.unit());
    this.#failures.delete(peer.id);
    this.#failures.set(peer.id, failure);
    if (this.#failures.size > FAILURES_MAX) {
      const [oldest] = this.#failures.keys();
      this.#failures.delete(oldest!);
    }
    if (peer.connections.size > 0) return;
    peer.waiting.length = 0;
    this.#forgetIfUnused(peer);
    this.#options.onLost(peer.id);
  }

  #mayDial(id: PeerId): boolean {
    if (this.#diallingCount >= DIALS_MAX || this.#connectionCount >= CONNECTIONS_MAX) return false;
    const failure = this.#failures.get(id);
    return failure === undefined || failure.retryAtMs <= this.#nowMs() || this.#options.isIsolated();
  }

  /** Reads a new connection to its end; messages go to it from now on. */
  async #adopt(peer: Peer, connection: Connection): Promise<void> {
    const { node, topic } = this.#options;
    const nowMs = this.#nowMs();
    const link: PeerConnection = {
      connection,
      outgoing: new Outgoing(node.runtime, connection, topic, peer.sending?.outgoing, (loss) =>
        this.#count("mosaik.discovery.gossip.dropped", loss),
      ),
      incoming: new Incoming(connection, {
        runtime: node.runtime,
        turns: this.#turns,
        topic,
        isPeerId: (id) => this.#options.isPeerId(id),
        onMessage: (message) => {
          link.lastMessageMs = this.#nowMs();
          this.#options.onMessage(peer.id, message);
        },
        onInvalid: () => this.#count("mosaik.discovery.gossip.invalid", "stream"),
      }),
      lastMessageMs: nowMs,
      takenCount: 0,
      progressMs: nowMs,
    };
    peer.connections.add(link);
    this.#connectionCount++;
    if (peer.connections.size > CONNECTIONS_PER_PEER_MAX) oldest(peer)?.connection.close(0, CLOSE_REASON);

    if (peer.sending !== undefined || peer.waiting.length > 0) {
      // The newest wins, as in Rust; what was given to the other still goes there.
      peer.sending = link;
      for (const message of peer.waiting.splice(0)) this.#sendOn(link, message);
      if (peer.isReleased) this.release(peer.id);
    }
    await connection.closed;
    // What a peer said last counts before its connection is found lost.
    await new Promise<void>((resolve) => link.incoming.afterAll(resolve));
    this.#ended(peer, link);
  }

  #ended(peer: Peer, link: PeerConnection): void {
    peer.connections.delete(link);
    this.#connectionCount--;
    const wasSending = peer.sending === link;
    if (wasSending) {
      peer.sending = newest(peer);
      for (const message of link.outgoing.takeUnsent())
        if (peer.sending !== undefined) this.#sendOn(peer.sending, message);
    }
    this.#forgetIfUnused(peer);
    if (this.#isClosed || peer.connections.size > 0) return;
    if (wasSending) this.#options.onLost(peer.id);
    else if (!peer.isDialling) this.#options.onStrangerGone(peer.id);
  }

  #sendOn(link: PeerConnection, message: TopicMessage): void {
    link.lastMessageMs = this.#nowMs();
    link.outgoing.send(message);
  }

  #peerOf(id: PeerId): Peer {
    let peer = this.#peers.get(id);
    if (peer === undefined) {
      peer = newPeer(id);
      this.#peers.set(id, peer);
    }
    return peer;
  }

  #forgetIfUnused(peer: Peer): void {
    if (peer.connections.size === 0 && !peer.isDialling) this.#peers.delete(peer.id);
  }

  #nowMs(): number {
    return this.#options.node.runtime.monoMs();
  }

  #count(what: `mosaik.discovery.gossip.${"dropped" | "invalid"}`, reason: string): void {
    this.#options.node.metrics.counter(what, { reason }).add();
  }
}

function isJoin(message: TopicMessage): boolean {
  return message.kind === "swarm" && message.value.kind === "join";
}
