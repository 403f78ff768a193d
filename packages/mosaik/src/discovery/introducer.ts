import { MosaikError, TaskPool, type PeerId } from "../primitives/index.js";
import { syncCatalogs, type SyncContext } from "./sync.js";

/** Exchanges at once. */
const CONCURRENT_MAX = 8;
/** New peers that wait to be introduced to us, and that are in one second: each answers with its whole catalog. */
const WELCOMES_MAX = 64;
const WELCOME_WINDOW_MS = 1000;

/**
 * Makes our entry known to peers one by one: to each new one, and to all where gossip cannot carry it or has nobody to carry it to. It
 * goes by catalog sync with our own entry as the whole snapshot.
 */
export class Introducer {
  readonly #context: SyncContext;
  readonly #pool: TaskPool<PeerId>;
  /** Peers that our entry did not get through to. */
  readonly #unreached = new Set<PeerId>();
  /** New peers of a merge under way: it shall not wait for exchanges with them. */
  readonly #afterMerge = new Set<PeerId>();
  #welcomed = { sinceMs: -Infinity, count: 0 };

  constructor(context: SyncContext) {
    this.#context = context;
    this.#pool = new TaskPool(CONCURRENT_MAX, (peer) => this.#introduce(peer));
    context.catalog.onMerged(() => {
      const peers = [...this.#afterMerge];
      this.#afterMerge.clear();
      for (const peer of peers) this.introduceTo(peer);
    });
  }

  /** Introduces us to a peer that is new to us, unless an exchange with it does. Where many are, gossip tells the rest of us. */
  welcome(peer: PeerId): void {
    const { node, catalog, exchanges } = this.#context;
    const ifUntold = (): void => void (catalog.signedEntry(peer) !== undefined && this.welcome(peer));
    if (exchanges.tell(peer, ifUntold)) return;
    const nowMs = node.runtime.monoMs();
    if (nowMs - this.#welcomed.sinceMs >= WELCOME_WINDOW_MS) this.#welcomed = { sinceMs: nowMs, count: 0 };
    if (this.#welcomed.count >= WELCOMES_MAX || this.#pool.size + this.#afterMerge.size >= WELCOMES_MAX) return;
    this.#welcomed.count++;
    if (catalog.isMerging) this.#afterMerge.add(peer);
    else this.introduceTo(peer);
  }

  /** Sends our entry to one peer, soon. */
  introduceTo(peer: PeerId): void {
    if (!this.#context.node.closing.aborted) this.#pool.add(peer);
  }

  /** The peer answers: what did not get through to it before is sent again. */
  reached(peer: PeerId): void {
    if (this.#unreached.delete(peer)) this.introduceTo(peer);
  }

  /** Nothing needs to get through to a peer that departed. */
  forget(peer: PeerId): void {
    this.#afterMerge.delete(peer);
    this.#unreached.delete(peer);
  }

  /** Sends our entry to every known peer; resolves when each has been tried. */
  introduceToAll(): Promise<void> {
    const { node, catalog } = this.#context;
    if (node.closing.aborted) return Promise.resolve();
    for (const { entry } of catalog.signedPeers(node.runtime.wallMs())) this.introduceTo(entry.id);
    return this.#pool.idle();
  }

  close(): void {
    this.#afterMerge.clear();
    this.#pool.clear();
  }

  async #introduce(peer: PeerId): Promise<void> {
    const { node, catalog } = this.#context;
    try {
      await syncCatalogs(this.#context, peer, [catalog.local]);
    } catch (error) {
      if (!(error instanceof MosaikError))
        return node.runtime.report(error, `introducing this node to ${peer.short()}`);
      node.metrics.counter("mosaik.discovery.introductions.failed").add();
      if (catalog.signedEntry(peer) !== undefined) this.#unreached.add(peer);
    }
  }
}
