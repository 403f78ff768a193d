import { Backoff, MosaikError, TaskPool, type BackoffPolicy, type PeerId } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";

/** Pings under way at once. */
const CONCURRENT_MAX = 8;
/** How soon a peer that could not be measured is pinged again. */
const RETRY: BackoffPolicy = { initialMs: 1000, factor: 2, maxMs: 60_000, jitter: 0.2 };

export interface RttProbesContext {
  readonly runtime: Runtime;
  /** Pings a peer and records its round-trip time. @throws MosaikError */
  ping(peer: PeerId, signal: AbortSignal): Promise<unknown>;
  /** A peer was pinged, or it is time to ping one again: look whether its round-trip time is known now. */
  onProbed(): void;
}

/** Measures round-trip times that somebody asks for: each peer once at a time, and again, ever less often, while that gives nothing. */
export class RttProbes {
  readonly #context: RttProbesContext;
  readonly #pool: TaskPool<PeerId>;
  readonly #closer = new AbortController();
  /** Peers that were asked for, and when they may be pinged again. */
  readonly #retries = new Map<PeerId, { readonly backoff: Backoff; cancelTimer: (() => void) | undefined }>();

  constructor(context: RttProbesContext) {
    this.#context = context;
    this.#pool = new TaskPool(CONCURRENT_MAX, (peer) => this.#probe(peer));
  }

  /** A round-trip time is needed and not known. */
  need(peer: PeerId): void {
    if (this.#closer.signal.aborted || this.#pool.has(peer)) return;
    if (this.#retries.get(peer)?.cancelTimer === undefined) this.#pool.add(peer);
  }

  /** Forgets peers that are not needed any more. */
  retain(isNeeded: (peer: PeerId) => boolean): void {
    for (const [peer, { cancelTimer }] of this.#retries) {
      if (isNeeded(peer)) continue;
      cancelTimer?.();
      this.#retries.delete(peer);
    }
  }

  close(): void {
    this.#closer.abort();
    this.#pool.clear();
    this.retain(() => false);
  }

  async #probe(peer: PeerId): Promise<void> {
    const { runtime } = this.#context;
    try {
      await this.#context.ping(peer, this.#closer.signal);
    } catch (error) {
      if (!(error instanceof MosaikError)) runtime.report(error, `a ping of ${peer.short()}`);
    }
    if (this.#closer.signal.aborted) return;
    // Whether or not it answered: nobody asks again who knows the time now, and who asks again does not know it.
    const retry = this.#retries.get(peer) ?? { backoff: new Backoff(RETRY), cancelTimer: undefined };
    this.#retries.set(peer, retry);
    retry.cancelTimer = runtime.after(retry.backoff.nextMs(runtime.random.unit()), () => {
      retry.cancelTimer = undefined;
      this.#context.onProbed();
    });
    this.#context.onProbed();
  }
}
