import {
  compareVersions,
  PeerInfo,
  type PeerEntry,
  type PeerEntryVersion,
  type SignedPeerEntry,
} from "../network/index.js";
import { PeerId, type NetworkId } from "../primitives/index.js";

/** What became of an entry that was offered to the catalog. */
export type Upsert =
  /** The peer was unknown. */
  | "new"
  /** A newer version replaced the known one; the content differs too if `"updated"`. */
  | "updated"
  /** A newer version of the same content. */
  | "renewed"
  /** Not newer than what is known, or than the version that departed. */
  | "rejected"
  /** Older than the purge age. */
  | "outdated"
  /** Dated too far ahead. */
  | "future"
  /** Of another network. */
  | "differentNetwork"
  /** Our own: nobody tells us who we are. */
  | "self";

export interface CatalogConfig {
  readonly networkId: NetworkId;
  readonly localId: PeerId;
  /** Entries not renewed for this long are invisible, and purged, in ms. */
  readonly purgeAfterMs: number;
  /** Peers with a greater smoothed round-trip time are invisible, in ms. */
  readonly maxRttMs: number | undefined;
}

/** An entry dated further ahead of our clock is refused: it could never be purged. */
const FUTURE_LIMIT_MS = 24 * 60 * 60 * 1000;

/**
 * Who is in the network (spec 02 §4): the newest signed entry of each peer, and unsigned entries that the program put in itself.
 * Pure: time comes in with each question.
 */
export class CatalogCore {
  readonly #config: CatalogConfig;
  readonly #rttMs: (peer: PeerId) => number | undefined;
  /** In ascending order of peer ids, made when first asked for after a change of the key set. */
  #order: PeerId[] | undefined;
  readonly #signed = new Map<PeerId, SignedPeerEntry>();
  readonly #unsigned = new Map<PeerId, PeerEntry>();
  /** The last version of peers that departed: not taken back until a newer one comes. */
  readonly #departed = new Map<PeerId, { version: PeerEntryVersion; atMs: number }>();
  #local: SignedPeerEntry;

  constructor(config: CatalogConfig, local: SignedPeerEntry, rttMs: (peer: PeerId) => number | undefined) {
    this.#config = config;
    this.#local = local;
    this.#rttMs = rttMs;
  }

  /** Our own entry. */
  get local(): SignedPeerEntry {
    return this.#local;
  }

  setLocal(entry: SignedPeerEntry): void {
    this.#local = entry;
  }

  /** Takes a signed entry whose signature was verified. */
  upsert(signed: SignedPeerEntry, nowMs: number): Upsert {
    const { entry } = signed;
    const { id } = entry;
    if (entry.network !== this.#config.networkId) return "differentNetwork";
    if (id === this.#config.localId) return "self";
    if (!this.#isFresh(entry, nowMs)) return "outdated";
    if (entry.updatedAtMs > nowMs + FUTURE_LIMIT_MS) return "future";
    const departed = this.#departed.get(id);
    if (departed !== undefined) {
      if (compareVersions(entry.version, departed.version) <= 0) return "rejected";
      this.#departed.delete(id);
    }
    if (this.#unsigned.delete(id)) this.#order = undefined;
    const known = this.#signed.get(id);
    if (known !== undefined && !entry.isNewerThan(known.entry)) return "rejected";
    this.#signed.set(id, signed);
    if (known === undefined) this.#order = undefined;
    if (known === undefined) return "new";
    return signed.hasSameContent(known) ? "renewed" : "updated";
  }

  /**
   * Removes a peer that left or that no longer answers. Its version is remembered, so that entries of the same or an older
   * version, which others still pass on, do not bring it back.
   */
  depart(id: PeerId, nowMs: number): SignedPeerEntry | undefined {
    const known = this.#signed.get(id);
    if (known === undefined) return undefined;
    this.#signed.delete(id);
    this.#order = undefined;
    this.#departed.set(id, { version: known.entry.version, atMs: nowMs });
    return known;
  }

  /** Removes what has not been renewed for the purge age, and says which peers that were. */
  purge(nowMs: number): PeerId[] {
    const stale: PeerId[] = [];
    for (const [id, { entry }] of this.#signed) if (!this.#isFresh(entry, nowMs)) stale.push(id);
    for (const id of stale) this.#signed.delete(id);
    if (stale.length > 0) this.#order = undefined;
    // An entry that old is outdated anyway: the memory of its departure has done its work.
    for (const [id, { atMs }] of this.#departed) {
      if (nowMs - atMs > this.#config.purgeAfterMs) this.#departed.delete(id);
    }
    return stale.sort(PeerId.compare);
  }

  /** Adds or replaces an unsigned entry; false for ourselves, another network, or a peer whose signed entry is known. */
  insertUnsigned(entry: PeerEntry): boolean {
    if (entry.network !== this.#config.networkId || entry.id === this.#config.localId) return false;
    if (this.#signed.has(entry.id)) return false;
    if (!this.#unsigned.has(entry.id)) this.#order = undefined;
    this.#unsigned.set(entry.id, entry);
    return true;
  }

  removeUnsigned(id: PeerId): boolean {
    const isRemoved = this.#unsigned.delete(id);
    if (isRemoved) this.#order = undefined;
    return isRemoved;
  }

  /** Removes every unsigned entry; whether there were any. */
  clearUnsigned(): boolean {
    const hadAny = this.#unsigned.size > 0;
    this.#unsigned.clear();
    this.#order = undefined;
    return hadAny;
  }

  /** A peer's signed entry, fresh or not; ourselves included. */
  signedEntry(id: PeerId): SignedPeerEntry | undefined {
    return id === this.#config.localId ? this.#local : this.#signed.get(id);
  }

  /** A peer's entry: fresh if signed, and not beyond the limit of round-trip time. */
  get(id: PeerId, nowMs: number): PeerInfo | undefined {
    const signed = this.getSigned(id, nowMs);
    const entry = signed?.entry ?? this.#unsigned.get(id);
    if (entry === undefined || !this.#isNear(id)) return undefined;
    return new PeerInfo(entry, this.#rttMs(id));
  }

  /** A peer's signed entry if it is fresh; ourselves included. */
  getSigned(id: PeerId, nowMs: number): SignedPeerEntry | undefined {
    const signed = this.signedEntry(id);
    return signed !== undefined && this.#isFresh(signed.entry, nowMs) ? signed : undefined;
  }

  /** The other peers that are fresh and near enough, in ascending order of their ids. */
  peers(nowMs: number): PeerInfo[] {
    const peers: PeerInfo[] = [];
    for (const id of this.#ids()) {
      const info = this.get(id, nowMs);
      if (info !== undefined) peers.push(info);
    }
    return peers;
  }

  /** The other peers whose signed entries are fresh, in ascending order of their ids. */
  signedPeers(nowMs: number): SignedPeerEntry[] {
    const peers: SignedPeerEntry[] = [];
    for (const id of this.#ids()) {
      const signed = this.#signed.get(id);
      if (signed !== undefined && this.#isFresh(signed.entry, nowMs)) peers.push(signed);
    }
    return peers;
  }

  unsignedPeers(): PeerEntry[] {
    return this.#ids()
      .map((id) => this.#unsigned.get(id))
      .filter((entry) => entry !== undefined);
  }

  /** What we tell others: our own entry and every fresh signed one, in ascending order of their ids (spec 02 §10). */
  snapshot(nowMs: number): SignedPeerEntry[] {
    const entries = [...this.signedPeers(nowMs), this.#local];
    return entries.sort((a, b) => PeerId.compare(a.entry.id, b.entry.id));
  }

  #ids(): readonly PeerId[] {
    this.#order ??= [...this.#signed.keys(), ...this.#unsigned.keys()].sort(PeerId.compare);
    return this.#order;
  }

  #isFresh(entry: PeerEntry, nowMs: number): boolean {
    return entry === this.#local.entry || entry.updatedAtMs >= nowMs - this.#config.purgeAfterMs;
  }

  #isNear(id: PeerId): boolean {
    const { maxRttMs } = this.#config;
    if (maxRttMs === undefined) return true;
    const rttMs = this.#rttMs(id);
    return rttMs === undefined || rttMs <= maxRttMs;
  }
}
