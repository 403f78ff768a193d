import { signEntry, type LocalNode, type PeerEntry, type SignedPeerEntry } from "../network/index.js";
import type { Digest } from "../primitives/index.js";
import { TICKETS_PER_CLASS_MAX, TICKETS_PER_PEER_MAX } from "../tickets/index.js";
import type { CatalogCore } from "./catalog.js";
import { DiscoveryError } from "./errors.js";
import { ENTRY_MAX_BYTES } from "./protocol.js";

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

  /**
   * Changes the entry; nothing happens where the change leaves it as it was.
   *
   * @throws DiscoveryError `entryTooLarge`, and nothing is changed
   */
  update(change: (entry: PeerEntry, nowMs: number) => PeerEntry): void {
    const before = this.#catalog.local.entry;
    const after = change(before, this.#node.runtime.wallMs());
    if (after === before) return;
    this.#catalog.setLocal(signLocal(this.#node, after));
    this.#onChange();
  }

  /** The same content under a new version, signed now: what pings and announcements give away. */
  fresh(): SignedPeerEntry {
    const entry = this.#catalog.local.entry.incremented(this.#node.runtime.wallMs());
    this.#catalog.setLocal(signEntry(this.#node, entry));
    return this.#catalog.local;
  }
}

/** Signs our own entry, if it is one that others take. @throws DiscoveryError `entryTooLarge` */
export function signLocal(node: LocalNode, entry: PeerEntry): SignedPeerEntry {
  const signed = signEntry(node, entry);
  const sizeBytes = signed.encoded.length;
  if (sizeBytes > ENTRY_MAX_BYTES) {
    throw tooLarge(node, `would have ${sizeBytes} bytes; others take ${ENTRY_MAX_BYTES}`);
  }
  if (entry.tickets.size > TICKETS_PER_PEER_MAX) {
    throw tooLarge(node, `would have ${entry.tickets.size} tickets; others look at ${TICKETS_PER_PEER_MAX}`);
  }
  const counts = new Map<Digest, number>();
  for (const { class: ticketClass } of entry.tickets.values()) {
    const count = (counts.get(ticketClass) ?? 0) + 1;
    counts.set(ticketClass, count);
    if (count <= TICKETS_PER_CLASS_MAX) continue;
    throw tooLarge(
      node,
      `would have more than ${TICKETS_PER_CLASS_MAX} tickets of class ${ticketClass.short()}, which are all that others judge`,
    );
  }
  return signed;
}

function tooLarge(node: LocalNode, what: string): DiscoveryError {
  return new DiscoveryError("entryTooLarge", `our entry ${what}: nothing was changed`, { peer: node.id });
}
