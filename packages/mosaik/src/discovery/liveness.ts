import { Backoff, MosaikError, TaskPool, type PeerId } from "../primitives/index.js";
import { pingPeer, type Pong } from "./ping.js";
import type { SyncContext } from "./sync.js";

/** A ping that is not answered within this time is missed even where pings are more frequent, in ms. */
const PING_TIMEOUT_MIN_MS = 2000;
const CONCURRENT_MAX = 64;
/** How departed peers are looked for: they may only have been cut off from us. */
const LOST_BACKOFF = { initialMs: 2000, factor: 1.5, maxMs: 30_000, jitter: 0.2 };

export interface LivenessOptions {
  readonly intervalMs: number;
  readonly missedMax: number;
  /** How long a departed peer is looked for, in ms. */
  readonly lookForMs: number;
  onAlive(peer: PeerId, pong: Pong): void;
  onSilent(peer: PeerId): void;
}

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
  readonly #missed = new Map<PeerId, number>();
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
    const { runtime } = this.#context.node;
    // Spread a little, or all nodes that started together would ping at the same moment for ever.
    const delayMs = this.#options.intervalMs * (0.9 + 0.2 * runtime.random.unit());
    this.#cancelTimer = runtime.after(delayMs, () => {
      this.#pingAll();
      this.#schedule();
    });
  }

  #pingAll(): void {
    const { node, catalog } = this.#context;
    const nowMs = node.runtime.monoMs();
    const known = new Set<PeerId>();
    for (const { entry } of catalog.signedPeers(node.runtime.wallMs())) {
      known.add(entry.id);
      this.#lost.delete(entry.id);
      if (!this.#pool.has(entry.id)) this.#pool.add(entry.id);
    }
    for (const peer of this.#missed.keys()) if (!known.has(peer)) this.#missed.delete(peer);
    for (const [peer, lost] of this.#lost) {
      if (nowMs - lost.sinceMs > this.#options.lookForMs) this.#lost.delete(peer);
      else if (nowMs >= lost.nextMs && !this.#pool.has(peer)) {
        lost.nextMs = nowMs + lost.backoff.nextMs(node.runtime.random.unit());
        this.#pool.add(peer);
      }
    }
  }

  async #ping(peer: PeerId): Promise<void> {
    const { node } = this.#context;
    const timeoutMs = Math.max(PING_TIMEOUT_MIN_MS, this.#options.intervalMs);
    try {
      const pong = await pingPeer(this.#context, peer, timeoutMs, node.closing);
      this.#missed.delete(peer);
      this.#options.onAlive(peer, pong);
    } catch (error) {
      if (!(error instanceof MosaikError)) return node.runtime.report(error, `pinging ${peer.short()}`);
      if (!node.closing.aborted) this.#miss(peer);
    }
  }

  #miss(peer: PeerId): void {
    const { node } = this.#context;
    node.metrics.counter("mosaik.discovery.pings.missed").add();
    if (this.#lost.has(peer)) return;
    const missed = (this.#missed.get(peer) ?? 0) + 1;
    if (missed < this.#options.missedMax) return void this.#missed.set(peer, missed);
    this.#missed.delete(peer);
    const backoff = new Backoff(LOST_BACKOFF);
    const nowMs = node.runtime.monoMs();
    this.#lost.set(peer, { sinceMs: nowMs, backoff, nextMs: nowMs + backoff.nextMs(node.runtime.random.unit()) });
    this.#options.onSilent(peer);
  }
}
