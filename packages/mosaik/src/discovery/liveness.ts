import { Backoff, MosaikError, TaskPool, type PeerId } from "../primitives/index.js";
import { pingPeer, type Pong } from "./ping.js";
import type { SyncContext } from "./sync.js";

/** A ping that is not answered within this time is missed even where pings are more frequent, in ms. */
const PING_TIMEOUT_MIN_MS = 2000;
const CONCURRENT_MAX = 64;
/** A node pings no more often than this: in a large network each peer's turn comes more seldom. */
const PINGS_PER_SECOND_MAX = 10;
/** How departed peers are looked for: they may only have been cut off from us. */
const LOST_BACKOFF = { initialMs: 2000, factor: 1.5, maxMs: 30_000, jitter: 0.2 };

export interface LivenessOptions {
  readonly intervalMs: number;
  readonly missedMax: number;
  /** How long a departed peer is looked for, in ms. */
  readonly lookForMs: number;
  onAlive(peer: PeerId, pong: Pong): void;
  onSilent(peer: PeerId): void;
  /** A departed peer is looked for no longer. */
  onGivenUp(peer: PeerId): void;
}

/** How often in an interval it is looked who is due. */
const TICKS_PER_INTERVAL = 4;

/** A peer that is pinged at the interval. */
interface Watched {
  nextMs: number;
  missed: number;
}

/** A peer that departed, and may come back. */
interface Lost {
  readonly sinceMs: number;
  readonly backoff: Backoff;
  nextMs: number;
}

/** Pings every known peer at an interval, tells who answers and who has fallen silent, and keeps looking for those for a while. */
export class Liveness {
  readonly #context: SyncContext;
  readonly #options: LivenessOptions;
  readonly #pool: TaskPool<PeerId>;
  readonly #watched = new Map<PeerId, Watched>();
  readonly #lost = new Map<PeerId, Lost>();
  #cancelTimer: () => void = () => {};

  constructor(context: SyncContext, options: LivenessOptions) {
    this.#context = context;
    this.#options = options;
    this.#pool = new TaskPool(CONCURRENT_MAX, (peer) => this.#ping(peer));
  }

  start(): void {
    this.#schedule();
  }

  close(): void {
    this.#cancelTimer();
    this.#pool.clear();
  }

  #schedule(): void {
    this.#cancelTimer = this.#context.node.runtime.after(this.#options.intervalMs / TICKS_PER_INTERVAL, () => {
      this.#tick();
      this.#schedule();
    });
  }

  #tick(): void {
    const { node, catalog } = this.#context;
    const nowMs = node.runtime.monoMs();
    const known = new Set<PeerId>();
    const intervalMs = Math.max(this.#options.intervalMs, (1000 * this.#watched.size) / PINGS_PER_SECOND_MAX);
    for (const { entry } of catalog.signedPeers(node.runtime.wallMs())) {
      known.add(entry.id);
      this.#lost.delete(entry.id);
      this.#watch(entry.id, nowMs, intervalMs);
    }
    for (const peer of this.#watched.keys()) if (!known.has(peer)) this.#watched.delete(peer);
    for (const [peer, lost] of this.#lost) this.#lookFor(peer, lost, nowMs);
  }

  #watch(peer: PeerId, nowMs: number, intervalMs: number): void {
    let watched = this.#watched.get(peer);
    if (watched === undefined) {
      // Spread over the interval, or all nodes that met together would ping at the same moment for ever.
      watched = { nextMs: nowMs + intervalMs * this.#context.node.runtime.random.unit(), missed: 0 };
      this.#watched.set(peer, watched);
    }
    if (nowMs < watched.nextMs || this.#pool.has(peer)) return;
    // A peer that has missed a ping is asked again at the usual pace, whatever the size of the network.
    watched.nextMs = nowMs + (watched.missed > 0 ? this.#options.intervalMs : intervalMs);
    this.#pool.add(peer);
  }

  #lookFor(peer: PeerId, lost: Lost, nowMs: number): void {
    if (nowMs - lost.sinceMs > this.#options.lookForMs) {
      this.#lost.delete(peer);
      return this.#options.onGivenUp(peer);
    }
    if (nowMs < lost.nextMs || this.#pool.has(peer)) return;
    lost.nextMs = nowMs + lost.backoff.nextMs(this.#context.node.runtime.random.unit());
    this.#pool.add(peer);
  }

  async #ping(peer: PeerId): Promise<void> {
    const { node } = this.#context;
    const timeoutMs = Math.max(PING_TIMEOUT_MIN_MS, this.#options.intervalMs);
    try {
      const pong = await pingPeer(this.#context, peer, timeoutMs);
      const watched = this.#watched.get(peer);
      if (watched !== undefined) watched.missed = 0;
      this.#options.onAlive(peer, pong);
    } catch (error) {
      if (!(error instanceof MosaikError)) return node.runtime.report(error, `pinging ${peer.short()}`);
      if (!node.closing.aborted) this.#miss(peer);
    }
  }

  #miss(peer: PeerId): void {
    const { node } = this.#context;
    node.metrics.counter("mosaik.discovery.pings.missed").add();
    const watched = this.#watched.get(peer);
    if (watched === undefined || ++watched.missed < this.#options.missedMax) return;
    this.#watched.delete(peer);
    const backoff = new Backoff(LOST_BACKOFF);
    const nowMs = node.runtime.monoMs();
    this.#lost.set(peer, { sinceMs: nowMs, backoff, nextMs: nowMs + backoff.nextMs(node.runtime.random.unit()) });
    this.#options.onSilent(peer);
  }
}
