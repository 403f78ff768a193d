import { Backoff, MosaikError, type PeerId } from "../primitives/index.js";
import { syncCatalogs, type SyncContext } from "./sync.js";

/** How peers that the program named are dialled until they are known. It never gives up. */
const DIAL_BACKOFF = { initialMs: 250, factor: 1.6, maxMs: 15_000, jitter: 0.3 };
/** How often it is checked that they are still known, in ms. */
const CHECK_INTERVAL_MS = 5000;

/**
 * Keeps this node in touch with the peers that the program named: swaps whole catalogs with each, again and again until the peer
 * is in the catalog, and once more whenever it has dropped out, or has begun anew: then it answers as before, but knows nobody.
 */
export class Bootstrap {
  readonly #context: SyncContext;
  readonly #dialling = new Map<PeerId, () => void>();
  /** Which life of a peer this node is in touch with: when it started. */
  readonly #met = new Map<PeerId, bigint>();

  constructor(context: SyncContext) {
    this.#context = context;
  }

  /** Resolves when the first attempt to reach the peer has ended, whatever its end. */
  dial(peer: PeerId): Promise<void> {
    const { node } = this.#context;
    if (peer === node.id || this.#dialling.has(peer)) return Promise.resolve();
    this.#dialling.set(peer, () => {});
    return this.#attempt(peer, new Backoff(DIAL_BACKOFF));
  }

  close(): void {
    for (const cancel of this.#dialling.values()) cancel();
  }

  async #attempt(peer: PeerId, backoff: Backoff): Promise<void> {
    const { node, catalog } = this.#context;
    if (node.closing.aborted) return;
    const startedAt = (): bigint | undefined => catalog.signedEntry(peer)?.entry.version.started;
    const before = startedAt();
    const isInTouch = before !== undefined && (this.#met.get(peer) ?? before) === before;
    const hasMet = isInTouch || (await this.#sync(peer));
    const now = startedAt();
    const isMet = hasMet && now !== undefined;
    if (isMet) {
      this.#met.set(peer, now);
      backoff.reset();
    }
    const delayMs = isMet ? CHECK_INTERVAL_MS : backoff.nextMs(node.runtime.random.unit());
    if (node.closing.aborted) return;
    const cancel = node.runtime.after(delayMs, () => void this.#attempt(peer, backoff));
    this.#dialling.set(peer, cancel);
  }

  /** @returns whether the two have swapped their catalogs */
  async #sync(peer: PeerId): Promise<boolean> {
    const { node } = this.#context;
    try {
      await syncCatalogs(this.#context, peer, "everything");
      return true;
    } catch (error) {
      if (!(error instanceof MosaikError)) node.runtime.report(error, `dialling ${peer.short()}`);
      return false;
    }
  }
}
