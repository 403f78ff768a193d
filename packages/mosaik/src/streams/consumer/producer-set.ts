import type { CancelTimer } from "../../runtime/index.js";
import { RttProbes, type Discovery } from "../../discovery/index.js";
import { judgePeer, PeerInfo, type LocalNode, type PeerEntry, type PeerVerdict } from "../../network/index.js";
import { type BackoffPolicy, type PeerId, type StreamId } from "../../primitives/index.js";
import { TicketGate } from "../../tickets/index.js";
import { CoolDowns } from "../cool-downs.js";
import type { ConsumerConfig } from "./config.js";
import type { Source } from "./source.js";

/** How soon a producer that refused is asked again: doubling from the first to the last, in ms. */
const COOL_DOWN: BackoffPolicy = { initialMs: 1000, factor: 2, maxMs: 60_000, jitter: 0.2 };

/** What a set of producers needs of its consumer. */
export interface ProducerSetContext {
  readonly node: LocalNode;
  readonly discovery: Discovery;
  readonly streamId: StreamId;
  readonly config: ConsumerConfig;
  /** Begins to receive from a producer. */
  connect(entry: PeerEntry): Source;
  /** A producer of the stream is not subscribed to, for a reason that is another than before. */
  onTurnedAway(peer: PeerId, reason: string): void;
  /** Producers came or went. */
  onChange(): void;
}

interface Subscribed {
  readonly source: Source;
  readonly gate: TicketGate;
  /** What we showed when it began: the verdict of its producer is about that. */
  readonly shown: Shown;
}

type Shown = Pick<PeerEntry, "tags" | "tickets">;

/**
 * The producers that a consumer receives from: those in the catalog that produce the stream, that the program wants, and for which there
 * is a place (spec 04 §3.7). Brought in line with every change of the catalog.
 */
export class ProducerSet {
  readonly #context: ProducerSetContext;
  readonly #subscribed = new Map<PeerId, Subscribed>();
  readonly #coolDowns = new CoolDowns(COOL_DOWN);
  /** Why producers are not subscribed to. */
  readonly #turnedAway = new Map<PeerId, string>();
  readonly #probes: RttProbes;
  readonly #unsubscribe: () => void;
  /** What we show of ourselves: who refused us may admit us once it is something else. */
  #shown: Shown;
  /** When the next cool-down ends. */
  #lookAtMs = Infinity;
  #cancelTimer: CancelTimer | undefined;
  #isCrowded = false;
  #isClosed = false;

  constructor(context: ProducerSetContext) {
    this.#context = context;
    const { node, discovery } = context;
    this.#shown = discovery.me().entry;
    this.#probes = new RttProbes({
      runtime: node.runtime,
      ping: (peer, signal) => discovery.ping(peer, { signal }),
      onProbed: () => this.reconcile(),
    });
    this.#unsubscribe = discovery.catalog.subscribe(() => this.reconcile());
  }

  *[Symbol.iterator](): Iterator<Source> {
    for (const { source } of this.#subscribed.values()) yield source;
  }

  get size(): number {
    return this.#subscribed.size;
  }

  get(peer: PeerId): Source | undefined {
    return this.#subscribed.get(peer)?.source;
  }

  /** Brings the subscriptions in line with the catalog. */
  reconcile(): void {
    if (this.#isClosed) return;
    const { streamId } = this.#context;
    const { tags, tickets } = this.#context.discovery.me().entry;
    if (tags !== this.#shown.tags || tickets !== this.#shown.tickets) this.#shown = { tags, tickets };
    const advertising = new Set<PeerId>();
    this.#isCrowded = false;
    for (const peer of this.#candidates()) {
      if (!peer.entry.streams.has(streamId)) continue;
      advertising.add(peer.id);
      if (this.#subscribed.has(peer.id)) this.#review(peer);
      else this.#consider(peer);
    }
    for (const peer of this.#subscribed.keys()) {
      if (!advertising.has(peer)) this.#drop(peer, "it left the catalog or no longer produces the stream");
    }
    this.#coolDowns.retain((peer) => advertising.has(peer));
    for (const peer of this.#turnedAway.keys()) if (!advertising.has(peer)) this.#turnedAway.delete(peer);
    this.#probes.retain((peer) => advertising.has(peer));
    this.#context.onChange();
  }

  /** Whether a source that is not connected may try again: it gives its place up to a producer that has none. */
  mayRetry(): boolean {
    return !this.#isCrowded;
  }

  /** A source ended by itself: its producer is left alone for a while, longer each time unless it had worked. */
  terminated(source: Source, wasStable: boolean): void {
    const peer = source.channel.producerId;
    const subscribed = this.#subscribed.get(peer);
    if (subscribed?.source !== source) return;
    subscribed.gate.close();
    this.#subscribed.delete(peer);
    const { runtime } = this.#context.node;
    const nowMs = runtime.monoMs();
    if (wasStable) this.#coolDowns.forget(peer);
    this.#coolDowns.add(peer, subscribed.shown, nowMs, runtime.random.unit());
    const endMs = this.#coolDowns.endMs(peer, this.#shown, nowMs);
    if (endMs === undefined || this.#isCrowded) return this.reconcile();
    this.#lookAgainAt(endMs);
    this.#context.onChange();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unsubscribe();
    this.#probes.close();
    this.#cancelTimer?.();
    for (const peer of [...this.#subscribed.keys()]) this.#drop(peer, "the consumer is closed");
  }

  *#candidates(): Iterable<PeerInfo> {
    const { discovery, config } = this.#context;
    if (config.loopback) yield new PeerInfo(discovery.me().entry, 0);
    yield* discovery.catalog.peers();
  }

  /** Looks at a producer that is subscribed to. */
  #review(peer: PeerInfo): void {
    if (this.#judge(peer) === "fails") return this.#drop(peer.id, "a predicate does not want it any more");
    const { source, gate } = this.#subscribed.get(peer.id)!;
    gate.refresh(peer.entry);
    if (gate.isAdmitted) source.refresh(peer.entry);
  }

  /** Looks at a producer that is not subscribed to. */
  #consider(peer: PeerInfo): void {
    const { node, config } = this.#context;
    const { id, entry } = peer;
    const endMs = this.#coolDowns.endMs(id, this.#shown, node.runtime.monoMs());
    if (endMs !== undefined) return this.#lookAgainAt(endMs);
    const verdict = this.#judge(peer);
    if (verdict === "needsRtt") return this.#probes.need(id);
    if (verdict === "fails") return this.#turnAway(id, "a predicate does not want it");
    const gate = new TicketGate(node.runtime, config.requireProducerTicket, entry, (refusal) =>
      this.#drop(id, refusal.message),
    );
    if (gate.refusal !== undefined) return this.#turnAway(id, gate.refusal.message);
    if (this.#subscribed.size >= config.maxProducers) {
      gate.close();
      this.#isCrowded = true;
      return this.#turnAway(id, `there are ${config.maxProducers} producers already`);
    }
    this.#turnedAway.delete(id);
    this.#subscribed.set(id, { source: this.#context.connect(entry), gate, shown: this.#shown });
  }

  #judge(peer: PeerInfo): PeerVerdict {
    const { config, node } = this.#context;
    return judgePeer(config.requireProducer, peer, (error, where) => node.runtime.report(error, where));
  }

  #drop(peer: PeerId, reason: string): void {
    const { source, gate } = this.#subscribed.get(peer)!;
    this.#subscribed.delete(peer);
    gate.close();
    source.stop(reason);
    this.#context.onChange();
  }

  #turnAway(peer: PeerId, reason: string): void {
    if (this.#turnedAway.get(peer) === reason) return;
    this.#turnedAway.set(peer, reason);
    this.#context.onTurnedAway(peer, reason);
  }

  /** Looks at the producers again when a cool-down ends, if none ends before. */
  #lookAgainAt(endMs: number): void {
    if (endMs >= this.#lookAtMs) return;
    const { runtime } = this.#context.node;
    this.#cancelTimer?.();
    this.#lookAtMs = endMs;
    this.#cancelTimer = runtime.after(endMs - runtime.monoMs(), () => {
      this.#lookAtMs = Infinity;
      this.reconcile();
    });
  }
}
