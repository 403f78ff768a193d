import { DecodeError, Reader } from "@mosaik/postcard";
import {
  compareVersions,
  PeerEntry,
  signEntry,
  verifySignature,
  type LocalNode,
  type SignedPeerEntry,
} from "../network/index.js";
import { type PeerId } from "../primitives/index.js";
import {
  announcementCodec,
  signDeparture,
  verifyDeparture,
  type Announcement,
  type Departure,
} from "./announcement.js";
import type { CatalogCore } from "./catalog.js";

/** Changes within this time go out together, in ms. */
const COALESCE_MS = 100;
/** A new neighbour is told our entry under a fresh version where the last announcement is older, in ms: beyond the drift it would be ignored. */
const FRESH_MS = 20_000;
/** Versions run ahead of their author's clock, a millisecond for each change in one: a farewell may seem that much older, in ms. */
const VERSION_LEAD_MS = 100;

/** What announcements travel on. */
export interface Broadcaster {
  readonly neighbors: ReadonlySet<PeerId>;
  /** False where the content is over the limit of a message; nothing was sent then. */
  broadcast(content: Uint8Array): boolean;
}

export interface AnnouncerOptions {
  readonly node: LocalNode;
  readonly catalog: CatalogCore;
  readonly gossip: Broadcaster;
  /** Announcements dated further from our clock are ignored, in ms. */
  readonly maxTimeDriftMs: number;
  /** Our own entry under a new version. */
  readonly freshEntry: () => SignedPeerEntry;
  /** Takes an entry whose signature was checked. */
  readonly onEntry: (entry: SignedPeerEntry) => void;
  readonly onDeparture: (departure: Departure) => void;
  /** Sends our entry to one peer by itself, where gossip cannot. */
  readonly introduceTo: (peer: PeerId) => void;
  /** Sends our entry to each peer by itself; resolves when all have been tried. */
  readonly introduceToAll: () => Promise<void>;
}

/** Tells the network of our entry, and takes what others tell of theirs (spec 02 §7). */
export class Announcer {
  readonly #options: AnnouncerOptions;
  #announced: { readonly content: Uint8Array; readonly atMs: number } | undefined;
  #cancelCoalescing: (() => void) | undefined;
  #isClosed = false;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** Our entry changed: it goes out a moment from now, so that further changes go along. */
  announceSoon(): void {
    if (this.#isClosed) return;
    this.#cancelCoalescing ??= this.#options.node.runtime.after(COALESCE_MS, () => {
      this.#cancelCoalescing = undefined;
      this.announce();
    });
  }

  /** Sends our entry as it stands to everybody. */
  announce(): void {
    const { catalog, gossip, introduceToAll } = this.#options;
    if (!this.#broadcastEntry(catalog.local)) void this.#announceInPart(catalog.local);
    else if (gossip.neighbors.size === 0) void introduceToAll();
  }

  /** A neighbour hears of us at once. */
  neighborUp(peer: PeerId): void {
    const nowMs = this.#options.node.runtime.monoMs();
    if (this.#announced !== undefined && nowMs - this.#announced.atMs <= FRESH_MS) {
      this.#options.gossip.broadcast(this.#announced.content);
    } else if (!this.#broadcastEntry(this.#options.freshEntry())) {
      this.#options.introduceTo(peer);
    }
  }

  /** Takes what gossip delivered. Bad content is counted and has no other effect. */
  receive(content: Uint8Array): void {
    let announcement: Announcement;
    try {
      announcement = announcementCodec.read(new Reader(content));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return this.#count("undecodable");
    }
    if (announcement.kind === "entry") this.#receiveEntry(announcement.value);
    else this.#receiveDeparture(announcement.value);
  }

  /** Says farewell to whoever listens, and nothing more. */
  depart(): void {
    this.#isClosed = true;
    this.#cancelCoalescing?.();
    const { node, gossip, freshEntry } = this.#options;
    if (gossip.neighbors.size === 0) return;
    // A fresh version is not older than any that a ping gave away.
    const { version } = freshEntry().entry;
    const value = signDeparture(node, version, node.runtime.wallMs());
    gossip.broadcast(announcementCodec.encode({ kind: "departure", value }));
  }

  /** False where the entry is too large for gossip. */
  #broadcastEntry(signed: SignedPeerEntry): boolean {
    const { gossip, node } = this.#options;
    const content = announcementCodec.encode({ kind: "entry", value: signed });
    const isSent = gossip.broadcast(content);
    this.#announced = isSent ? { content, atMs: node.runtime.monoMs() } : undefined;
    return isSent;
  }

  /**
   * Tells everybody who knows us of the whole entry first, then the network that we exist, under the version just below: who has the
   * whole keeps it, who has nothing asks for it.
   */
  async #announceInPart(signed: SignedPeerEntry): Promise<void> {
    const { catalog, gossip, introduceToAll } = this.#options;
    await introduceToAll();
    if (this.#isClosed || !catalog.local.hasSameContent(signed)) return;
    const part = this.#withoutTickets(signed.entry);
    gossip.broadcast(announcementCodec.encode({ kind: "entry", value: part }));
  }

  #withoutTickets(entry: PeerEntry): SignedPeerEntry {
    const { started, updated } = entry.version;
    const version = { started, updated: updated - 1n };
    return signEntry(this.#options.node, new PeerEntry({ ...entry, version, tickets: new Map() }));
  }

  #receiveEntry(signed: SignedPeerEntry): void {
    const { node, catalog } = this.#options;
    const { entry } = signed;
    if (entry.network !== node.networkId) return this.#count("differentNetwork");
    if (entry.id === node.id) return;
    if (this.#hasDrifted(entry.updatedAtMs)) return this.#count("drifted");
    const known = catalog.signedEntry(entry.id);
    if (known !== undefined && compareVersions(entry.version, known.entry.version) <= 0) return;
    if (!verifySignature(node.runtime, signed)) return this.#count("forged");
    this.#options.onEntry(signed);
  }

  #receiveDeparture(departure: Departure): void {
    const { node, catalog } = this.#options;
    const known = catalog.signedEntry(departure.peer);
    if (known === undefined || departure.peer === node.id) return;
    const timestampMs = departure.timestamp.toMillis();
    if (this.#hasDrifted(timestampMs)) return this.#count("drifted");
    // A peer whose ping or sync gave away a later version than it remembered is gone all the same.
    const isLater =
      compareVersions(departure.lastVersion, known.entry.version) >= 0 ||
      timestampMs + VERSION_LEAD_MS >= known.entry.updatedAtMs;
    if (!isLater) return;
    if (!verifyDeparture(node.runtime, departure)) return this.#count("forged");
    this.#options.onDeparture(departure);
  }

  #hasDrifted(atMs: number): boolean {
    return Math.abs(this.#options.node.runtime.wallMs() - atMs) > this.#options.maxTimeDriftMs;
  }

  #count(reason: string): void {
    this.#options.node.metrics.counter("mosaik.discovery.announcements.ignored", { reason }).add();
  }
}
