import type { PeerEntry, PeerInfo, SignedPeerEntry } from "../network/index.js";
import { ChangeSource, Condition, PeerId, type PeerIdLike } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";
import type { CatalogCore } from "./catalog.js";
import { CatalogChanges, type CatalogChange } from "./catalog-changes.js";

const BACKLOG = 1024;

/** The catalog as the program sees it: always current, and observable (spec 02 §4). */
export class CatalogView {
  readonly #core: CatalogCore;
  readonly #runtime: Runtime;
  readonly #changes: ChangeSource;
  readonly #stream: CatalogChanges;
  /** Whether the listeners will be told at the end of this turn. */
  #isAnnounced = false;
  /** Whether something changed that they were not told because more belongs to it. */
  #isHeld = false;

  /** @param backlog how many changes are kept for a reader of `changes` that is behind. Default: 1024 */
  constructor(core: CatalogCore, runtime: Runtime, backlog = BACKLOG) {
    this.#stream = new CatalogChanges(backlog);
    this.#core = core;
    this.#runtime = runtime;
    this.#changes = new ChangeSource((error, where) => runtime.report(error, where));
    core.onMerged(() => {
      if (this.#isHeld) this.changed();
    });
  }

  /** Our own entry. */
  get local(): SignedPeerEntry {
    return this.#core.local;
  }

  /** The other peers that are fresh and near enough, in ascending order of their ids. */
  peers(): PeerInfo[] {
    return this.#core.peers(this.#runtime.wallMs());
  }

  /** The other peers whose signed entries are fresh. */
  signedPeers(): SignedPeerEntry[] {
    return this.#core.signedPeers(this.#runtime.wallMs());
  }

  /** The entries that this program inserted itself. */
  unsignedPeers(): PeerEntry[] {
    return this.#core.unsignedPeers();
  }

  /** A peer that is known, fresh and near enough. */
  get(peer: PeerIdLike): PeerInfo | undefined {
    return this.#core.get(PeerId.from(peer), this.#runtime.wallMs());
  }

  /** A peer's signed entry if it is fresh. */
  getSigned(peer: PeerIdLike): SignedPeerEntry | undefined {
    return this.#core.getSigned(PeerId.from(peer), this.#runtime.wallMs());
  }

  /** How many other peers are known, near or not. */
  peersCount(): number {
    return this.signedPeersCount() + this.#core.unsignedCount();
  }

  /** How many other peers' signed entries are known. */
  signedPeersCount(): number {
    return this.#core.signedCount(this.#runtime.wallMs());
  }

  /** Calls `listener` after each change, those of one turn or of one sync together, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    return this.#changes.subscribe(listener);
  }

  /** Something about the catalog that may be true now or later: `await catalog.when((c) => c.peersCount() >= 3)`. */
  when(test: (catalog: CatalogView) => boolean): Condition {
    return new Condition(this.#changes, () => test(this));
  }

  /**
   * Which entries appear, say something else, and depart, from now on: those of other peers, signed and unsigned, near or not. An
   * entry that was only renewed is no change. Ends with the network.
   *
   * ```ts
   * for await (const change of network.discovery.catalog.changes({ signal })) {
   *   if (change.kind === "reset") show(network.discovery.catalog.peers());
   *   else if (change.kind === "departed") hide(change.entry.id);
   *   else put(change.entry);
   * }
   * ```
   *
   * A reader that is behind by more than `DiscoveryConfig.eventsBacklog` changes loses them, and is told so by a `reset`.
   *
   * @param options.signal ends the iteration: the wait under way rejects with the signal's reason
   */
  changes(options: { signal?: AbortSignal | undefined } = {}): AsyncIterableIterator<CatalogChange> {
    return this.#stream.read(options.signal);
  }

  /** Tells who reads `changes` what became of one entry, and the listeners that there is something new. */
  record(change: Exclude<CatalogChange, { kind: "reset" }>): void {
    this.#stream.emit(change);
    this.changed();
  }

  /** Ends `changes`. */
  close(): void {
    this.#stream.close();
  }

  /** Tells the listeners, once for all changes of this turn, or of a merge that takes several turns. */
  changed(): void {
    this.#isHeld = this.#core.isMerging;
    if (this.#isAnnounced || this.#isHeld) return;
    this.#isAnnounced = true;
    this.#runtime.soon(() => {
      this.#isAnnounced = false;
      this.#changes.changed();
    });
  }
}
