import { MosaikError, TaskPool, type PeerId } from "../primitives/index.js";
import { syncCatalogs, type SyncContext } from "./sync.js";

/** Exchanges at once. */
const CONCURRENT_MAX = 8;
/** New peers that wait to be introduced to us: each answers with its whole catalog. */
const WELCOMES_MAX = 64;

/**
 * Makes our entry known to peers one by one: to each new one, and to all where gossip cannot carry it or has nobody to carry it to. It
 * goes by catalog sync with our own entry as the whole snapshot.
 */
export class Introducer {
  readonly #context: SyncContext;
  readonly #pool: TaskPool<PeerId>;
  /** Peers that our entry did not get through to. */
  readonly #unreached = new Set<PeerId>();

  constructor(context: SyncContext) {
    this.#context = context;
    this.#pool = new TaskPool(CONCURRENT_MAX, (peer) => this.#introduce(peer));
  }

  /** Introduces us to a peer that is new to us. Where many are, gossip tells the rest of us. */
  welcome(peer: PeerId): void {
    if (this.#pool.size < WELCOMES_MAX) this.introduceTo(peer);
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
