import { MosaikError, TaskPool, type PeerId } from "../primitives/index.js";
import { syncCatalogs, type SyncContext } from "./sync.js";

/** Changes within this time go out together, in ms. */
const COALESCE_MS = 100;
/** Exchanges at once. */
const CONCURRENT_MAX = 8;

/**
 * Makes our entry known: to every known peer after each change and again at every announce interval, and to each new peer. It goes
 * by catalog sync with our own entry as the whole snapshot.
 */
export class Introducer {
  readonly #context: SyncContext;
  readonly #pool: TaskPool<PeerId>;
  /** Peers that our entry did not get through to. */
  readonly #unreached = new Set<PeerId>();
  #cancelCoalescing: (() => void) | undefined;

  constructor(context: SyncContext) {
    this.#context = context;
    this.#pool = new TaskPool(CONCURRENT_MAX, (peer) => this.#introduce(peer));
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

  /** Sends our entry to every known peer, a moment from now, so that further changes go along. */
  introduceToAll(): void {
    const { node, catalog } = this.#context;
    if (node.closing.aborted) return;
    this.#cancelCoalescing ??= node.runtime.after(COALESCE_MS, () => {
      this.#cancelCoalescing = undefined;
      for (const { entry } of catalog.signedPeers(node.runtime.wallMs())) this.introduceTo(entry.id);
    });
  }

  close(): void {
    this.#cancelCoalescing?.();
    this.#pool.clear();
  }

  async #introduce(peer: PeerId): Promise<void> {
    const { node, catalog } = this.#context;
    try {
      await syncCatalogs(this.#context, peer, [catalog.local], node.closing);
    } catch (error) {
      if (!(error instanceof MosaikError))
        return node.runtime.report(error, `introducing this node to ${peer.short()}`);
      node.metrics.counter("mosaik.discovery.introductions.failed").add();
      if (catalog.signedEntry(peer) !== undefined) this.#unreached.add(peer);
    }
  }
}
