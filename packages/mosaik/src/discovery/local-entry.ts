import { signEntry, type LocalNode, type PeerEntry, type SignedPeerEntry } from "../network/index.js";
import type { CatalogCore } from "./catalog.js";

/** What this node says of itself: signed anew at every change, under a version that only grows. */
export class LocalEntry {
  readonly #node: LocalNode;
  readonly #catalog: CatalogCore;
  readonly #onChange: () => void;

  /** @param onChange called after each change that others shall hear of */
  constructor(node: LocalNode, catalog: CatalogCore, onChange: () => void) {
    this.#node = node;
    this.#catalog = catalog;
    this.#onChange = onChange;
  }

  /** Changes the entry; nothing happens where the change leaves it as it was. */
  update(change: (entry: PeerEntry, nowMs: number) => PeerEntry): void {
    const before = this.#catalog.local.entry;
    const after = change(before, this.#node.runtime.wallMs());
    if (after === before) return;
    this.#catalog.setLocal(signEntry(this.#node, after));
    this.#onChange();
  }

  /** The same content under a new version, signed now: what pings and announcements give away. */
  fresh(): SignedPeerEntry {
    const entry = this.#catalog.local.entry.incremented(this.#node.runtime.wallMs());
    this.#catalog.setLocal(signEntry(this.#node, entry));
    return this.#catalog.local;
  }
}
