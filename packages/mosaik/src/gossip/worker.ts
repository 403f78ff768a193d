import { DecodeError } from "@mosaik/postcard";
import type { LocalNode, Router } from "../network/index.js";
import { Backoff, Digest, PeerId, type NetworkId } from "../primitives/index.js";
import type { CancelTimer } from "../runtime/index.js";
import { AddressHints } from "./address-hints.js";
import type { GossipOutput } from "./core-io.js";
import { Links } from "./links.js";
import { decodePeerData, encodePeerData, GOSSIP_CONTENT_MAX_BYTES, type PeerData } from "./protocol.js";
import { TopicCore, type TopicInput } from "./topic.js";

export type GossipEvent =
  | { readonly kind: "neighborUp"; readonly peer: PeerId }
  /** `isLost`: its connection ended without a farewell. */
  | { readonly kind: "neighborDown"; readonly peer: PeerId; readonly isLost: boolean }
  /** A content, once; `from` is the previous hop, not the author. */
  | { readonly kind: "received"; readonly content: Uint8Array; readonly from: PeerId };

export interface GossipOptions {
  readonly node: LocalNode;
  readonly router: Router;
  readonly topic: NetworkId;
  readonly alpn: string;
  /** Peers that may be asked while there is no neighbour. */
  candidates(): Iterable<PeerId>;
  /** The peer itself has sent a message, whatever it says: it is alive. */
  onHeard(peer: PeerId): void;
  /** Called in the order of events. What it throws is reported. */
  onEvent(event: GossipEvent): void;
}

/** Connections served at once; further ones are dropped. */
const ACCEPTED_MAX = 256;
/** How many peers a node without neighbours asks at a time: each puts it into its active view, at the cost of another. */
const JOINS_AT_ONCE = 5;
/** How often it asks. */
const REJOIN_BACKOFF = { initialMs: 2000, factor: 1.5, maxMs: 15_000, jitter: 0.3 };
const SWEEP_INTERVAL_MS = 2000;
/** Shuffles are spread by this fraction to either side. */
const SHUFFLE_JITTER = 0.1;
/** How long the farewell may take, in ms. */
const QUIT_WITHIN_MS = 500;

/**
 * Gossip on one topic, as iroh-gossip speaks it (spec 03 part A): an overlay of a handful of neighbours per node, and broadcasts that
 * reach every node once. Drives the pure core over the transport: frames, timers, dials, and nothing that decides.
 *
 * ```ts
 * const gossip = new Gossip({ node, router, topic: node.networkId, alpn: ALPN.announce, candidates, onHeard, onEvent });
 * gossip.join([bootstrap]);
 * gossip.broadcast(bytes);
 * …
 * await gossip.quit();
 * ```
 */
export class Gossip {
  readonly #options: GossipOptions;
  readonly #core: TopicCore;
  readonly #links: Links;
  readonly #hints = new AddressHints();
  readonly #neighbors = new Set<PeerId>();
  readonly #inputs: TopicInput[] = [];
  readonly #timers = new Set<CancelTimer>();
  readonly #rejoinBackoff = new Backoff(REJOIN_BACKOFF);
  readonly #validIds = new WeakSet<PeerId>();
  readonly #unwatchAddress: () => void;
  #cancelRejoin: CancelTimer | undefined;
  /** Peers that were asked as they were found, since candidates were asked last. */
  #offeredCount = 0;
  #isStepping = false;
  #quitting: Promise<void> | undefined;

  constructor(options: GossipOptions) {
    const { node, router, topic, alpn } = options;
    const { runtime } = node;
    this.#options = options;
    this.#core = new TopicCore({
      me: node.id,
      myData: encodePeerData(node.address()),
      pick: (candidates) => candidates[Math.floor(runtime.random.unit() * candidates.length)]!,
      idOf: (content) => Digest.fromBytes(runtime.hash(content)),
    });
    this.#links = new Links({
      node,
      alpn,
      topic,
      isPeerId: (id) => this.#isPeerId(id),
      addrsOf: (peer) => this.#hints.get(peer),
      isIsolated: () => this.#neighbors.size === 0,
      isNeighbor: (peer) => this.#neighbors.has(peer),
      onMessage: (from, message) => {
        options.onHeard(from);
        this.#feed({ kind: "message", from, message });
      },
      onLost: (peer) => this.#feed({ kind: "peerDisconnected", peer }),
      onStrangerGone: (peer) => this.#feed({ kind: "strangerGone", peer }),
    });
    router.handle(alpn, ACCEPTED_MAX, (connection) => {
      return this.#links.serve(connection, PeerId.from(connection.remoteId));
    });
    this.#unwatchAddress = node.watchAddress((address) => {
      this.#feed({ kind: "updatePeerData", data: encodePeerData(address) });
    });
    this.#after(SWEEP_INTERVAL_MS, () => this.#sweep());
    this.#rejoinLater();
  }

  /** The peers that messages are exchanged with directly: five where there are as many. */
  get neighbors(): ReadonlySet<PeerId> {
    return this.#neighbors;
  }

  /** Round-trip time to a peer that messages go to, in microseconds; `undefined` where it is not known. */
  rttMicros(peer: PeerId): number | undefined {
    return this.#links.rttMicros(peer);
  }

  /**
   * Asks peers to take us in. Each will, and make room for us if need be: a few are enough. While there is no neighbour at all, some of
   * the candidates are asked, less and less often.
   */
  join(peers: Iterable<PeerId>): void {
    const asked = [...peers].filter((peer) => peer !== this.#options.node.id);
    if (asked.length > 0) this.#feed({ kind: "join", peers: asked });
  }

  /** A peer was found, a candidate from now on: a node that is alone asks the first few at once. */
  offer(peer: PeerId): void {
    if (this.#neighbors.size > 0 || this.#offeredCount >= JOINS_AT_ONCE) return;
    this.#offeredCount++;
    this.#rejoinBackoff.reset();
    this.join([peer]);
  }

  /**
   * Sends a content to every node. It reaches those that are there now, each once; the same content within 90 s reaches only those that
   * did not have it.
   *
   * @returns false where the content is over `GOSSIP_CONTENT_MAX_BYTES`, or after `quit`; nothing was sent then
   */
  broadcast(content: Uint8Array): boolean {
    if (content.length > GOSSIP_CONTENT_MAX_BYTES || this.#quitting !== undefined) return false;
    this.#feed({ kind: "broadcast", content: content.slice(), scope: "swarm" });
    return true;
  }

  /** Says farewell to the neighbours and closes every connection. What was broadcast before still goes out. Idempotent. */
  quit(withinMs = QUIT_WITHIN_MS): Promise<void> {
    this.#quitting ??= this.#quit(withinMs);
    return this.#quitting;
  }

  async #quit(withinMs: number): Promise<void> {
    this.#unwatchAddress();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#cancelRejoin?.();
    this.#feed({ kind: "quit" });
    // Where an event of ours led here, the farewell is given after it.
    await Promise.resolve();
    await this.#links.close(withinMs);
    this.#neighbors.clear();
    this.#countNeighbors();
  }

  /** Hands an input to the core and carries out what it says, one input after another. */
  #feed(input: TopicInput): void {
    this.#inputs.push(input);
    if (this.#isStepping) return;
    this.#isStepping = true;
    const { runtime } = this.#options.node;
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
      try {
        for (const output of this.#core.step(next, runtime.monoMs())) this.#carryOut(output, next);
      } catch (error) {
        runtime.report(error, "gossip");
      }
    }
    this.#isStepping = false;
  }

  #carryOut(output: GossipOutput, input: TopicInput): void {
    switch (output.kind) {
      case "send":
        return this.#links.send(output.to, output.message);
      case "disconnectPeer":
        return this.#links.release(output.peer);
      case "spoofed":
        return this.#links.blame(output.from);
      case "peerData":
        return this.#learnAddresses(output.peer, output.data);
      case "schedule": {
        const { timer, delayMs } = output;
        const { random } = this.#options.node.runtime;
        const spread = timer.kind === "shuffle" ? 1 + SHUFFLE_JITTER * (2 * random.unit() - 1) : 1;
        return this.#after(delayMs * spread, () => this.#feed({ kind: "timer", timer }));
      }
      case "neighborUp":
        this.#neighbors.add(output.peer);
        this.#countNeighbors();
        this.#rejoinBackoff.reset();
        return this.#tell({ kind: "neighborUp", peer: output.peer });
      case "neighborDown":
        this.#neighbors.delete(output.peer);
        this.#countNeighbors();
        this.#rejoinLater();
        return this.#tell({ kind: "neighborDown", peer: output.peer, isLost: input.kind === "peerDisconnected" });
      case "received":
        return this.#tell({ kind: "received", content: output.content, from: output.from });
    }
  }

  #tell(event: GossipEvent): void {
    try {
      this.#options.onEvent(event);
    } catch (error) {
      this.#options.node.runtime.report(error, "an event of gossip");
    }
  }

  #learnAddresses(peer: PeerId, data: PeerData): void {
    if (peer === this.#options.node.id) return;
    try {
      this.#hints.add(peer, decodePeerData(data), this.#options.node.runtime.monoMs());
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      // The message that carried it counts all the same (spec 03 A.5).
      this.#options.node.metrics.counter("mosaik.discovery.gossip.invalid", { reason: "peerData" }).add();
    }
  }

  /** Sees to it that candidates are asked while there is no neighbour. */
  #rejoinLater(): void {
    if (this.#cancelRejoin !== undefined || this.#quitting !== undefined || this.#neighbors.size > 0) return;
    const { runtime } = this.#options.node;
    this.#cancelRejoin = runtime.after(this.#rejoinBackoff.nextMs(runtime.random.unit()), () => {
      this.#cancelRejoin = undefined;
      this.#offeredCount = 0;
      if (this.#neighbors.size > 0) return;
      this.join(this.#someCandidates());
      this.#rejoinLater();
    });
  }

  #someCandidates(): PeerId[] {
    const { random } = this.#options.node.runtime;
    const rest = [...this.#options.candidates()];
    const some: PeerId[] = [];
    while (some.length < JOINS_AT_ONCE && rest.length > 0) {
      some.push(...rest.splice(Math.floor(random.unit() * rest.length), 1));
    }
    return some;
  }

  #sweep(): void {
    this.#links.sweep();
    this.#hints.sweep(this.#options.node.runtime.monoMs());
    this.#after(SWEEP_INTERVAL_MS, () => this.#sweep());
  }

  #after(delayMs: number, task: () => void): void {
    if (this.#quitting !== undefined) return;
    const cancel = this.#options.node.runtime.after(delayMs, () => {
      this.#timers.delete(cancel);
      task();
    });
    this.#timers.add(cancel);
  }

  /** Each id is checked once: decompressing a curve point is dear. */
  #isPeerId(id: PeerId): boolean {
    if (this.#validIds.has(id)) return true;
    if (!this.#options.node.runtime.isPublicKey(id.bytes)) return false;
    this.#validIds.add(id);
    return true;
  }

  #countNeighbors(): void {
    this.#options.node.metrics.gauge("mosaik.discovery.gossip.neighbors").set(this.#neighbors.size);
  }
}
