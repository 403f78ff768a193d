import {
  compareVersions,
  PeerInfo,
  type PeerEntry,
  type PeerEntryVersion,
  type SignedPeerEntry,
} from "../network/index.js";
import { PeerId, type NetworkId, forgetOldest } from "../primitives/index.js";
import { Freshness } from "./freshness.js";
import { PeerOrder } from "./peer-order.js";
import { ENTRY_MAX_BYTES, SNAPSHOT_MAX_BYTES } from "./protocol.js";
import { encodeEntries, isCurrent, type EncodedEntries } from "./snapshot.js";

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
  | "self"
  /** There is no room: those who are known stay. */
  | "full"
  /** The entry itself is larger than any is taken. */
  | "tooLarge";

export interface CatalogConfig {
  readonly networkId: NetworkId;
  readonly localId: PeerId;
  /** Entries not renewed for this long are invisible, and purged, in ms. */
  readonly purgeAfterMs: number;
  /** Peers with a greater smoothed round-trip time are invisible, in ms. */
  readonly maxRttMs: number | undefined;
  /** Strangers are refused when so many signed entries are known. */
  readonly entriesMax: number;
}

/** An entry dated further ahead of our clock is refused: it could never be purged. */
const FUTURE_LIMIT_MS = 24 * 60 * 60 * 1000;
/** What all entries may have together: a snapshot with our own entry and a count is still one that others take. */
const BYTES_MAX = SNAPSHOT_MAX_BYTES - ENTRY_MAX_BYTES - 16;

/**
 * Who is in the network (spec 02 §4): the newest signed entry of each peer, and unsigned entries that the program put in itself.
 * Pure: time comes in with each question. No change costs more than a few hundred steps, however many entries there are.
 */
export class CatalogCore {
  readonly #config: CatalogConfig;
  readonly #entriesMax: number;
  readonly #rttMs: (peer: PeerId) => number | undefined;
  /** Everybody, ourselves included, with the encoded entries of each run. */
  readonly #order = new PeerOrder<EncodedEntries>();
  readonly #signed = new Map<PeerId, SignedPeerEntry>();
  readonly #freshness = new Freshness(() => this.#updateTimes());
  /** What the signed entries of others have together. */
  #bytes = 0;
  readonly #unsigned = new Map<PeerId, PeerEntry>();
  /** The last version of peers that departed, oldest departure first: not taken back until a newer one comes. */
  readonly #departed = new Map<PeerId, { version: PeerEntryVersion; atMs: number }>();
  #local: SignedPeerEntry;
  #refused = 0;
  #merges = 0;
  readonly #onMerged: (() => void)[] = [];

  constructor(config: CatalogConfig, local: SignedPeerEntry, rttMs: (peer: PeerId) => number | undefined) {
    this.#config = config;
    this.#entriesMax = config.entriesMax;
    this.#local = local;
    this.#rttMs = rttMs;
    this.#order.add(config.localId);
  }

  /** Our own entry. */
  get local(): SignedPeerEntry {
    return this.#local;
  }

  /** How many entries were refused for want of room so far. */
  get refusedCount(): number {
    return this.#refused;
  }

  setLocal(entry: SignedPeerEntry): void {
    this.#local = entry;
    this.#order.add(entry.entry.id);
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
    if (departed !== undefined && compareVersions(entry.version, departed.version) <= 0) return "rejected";
    const known = this.#signed.get(id);
    if (known !== undefined && !entry.isNewerThan(known.entry)) return "rejected";
    const refusal = this.#refusal(signed, known);
    if (refusal !== undefined) {
      this.#refused++;
      return refusal;
    }
    this.#departed.delete(id);
    this.#unsigned.delete(id);
    if (known !== undefined) this.#take(known);
    this.#signed.set(id, signed);
    this.#freshness.add(entry.updatedAtMs);
    this.#bytes += signed.encoded.length;
    this.#order.add(id);
    if (known === undefined) return "new";
    return signed.hasSameContent(known) ? "renewed" : "updated";
  }

  /**
   * Removes a peer that left or that no longer answers. Its version is remembered, so that entries of the same or an older
   * version, which others still pass on, do not bring it back.
   */
  depart(id: PeerId, nowMs: number, lastVersion?: PeerEntryVersion): SignedPeerEntry | undefined {
    const known = this.#signed.get(id);
    if (known === undefined) return undefined;
    this.#remove(id, known);
    this.#departed.delete(id);
    const version = known.entry.version;
    const isLater = lastVersion !== undefined && compareVersions(lastVersion, version) > 0;
    this.#departed.set(id, { version: isLater ? lastVersion : version, atMs: nowMs });
    forgetOldest(this.#departed, this.#entriesMax);
    return known;
  }

  /** Removes what has not been renewed for the purge age, and says what that was. */
  purge(nowMs: number): PeerEntry[] {
    // An entry that old is outdated anyway: the memory of its departure has done its work.
    for (const [id, { atMs }] of this.#departed) {
      if (nowMs - atMs > this.#config.purgeAfterMs) this.#departed.delete(id);
    }
    if (this.#staleCount(nowMs) === 0) return [];
    const stale = [...this.#signed].filter(([, { entry }]) => !this.#isFresh(entry, nowMs));
    for (const [id, signed] of stale) this.#remove(id, signed);
    return stale.map(([, { entry }]) => entry).sort((a, b) => PeerId.compare(a.id, b.id));
  }

  /** Adds or replaces an unsigned entry; false for ourselves, another network, or a peer whose signed entry is known. */
  insertUnsigned(entry: PeerEntry): boolean {
    if (entry.network !== this.#config.networkId || entry.id === this.#config.localId) return false;
    if (this.#signed.has(entry.id)) return false;
    this.#unsigned.set(entry.id, entry);
    this.#order.add(entry.id);
    return true;
  }

  /** Removes an unsigned entry, and says what it was. */
  removeUnsigned(id: PeerId): PeerEntry | undefined {
    const entry = this.#unsigned.get(id);
    if (entry === undefined) return undefined;
    this.#unsigned.delete(id);
    this.#order.delete(id);
    return entry;
  }

  /** Begins a merge of many entries, which may take several turns. @returns what ends it */
  beginMerge(): () => void {
    let isOver = false;
    this.#merges++;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--this.#merges === 0) for (const listener of this.#onMerged) listener();
    };
  }

  /** Whether some of what belongs together is still to come. */
  get isMerging(): boolean {
    return this.#merges > 0;
  }

  /** Names one more who is told when nothing is being merged any more. */
  onMerged(listener: () => void): void {
    this.#onMerged.push(listener);
  }

  /** A peer's signed entry, fresh or not; ourselves included. */
  signedEntry(id: PeerId): SignedPeerEntry | undefined {
    return id === this.#config.localId ? this.#local : this.#signed.get(id);
  }

  /** What is known of a peer, signed or not, fresh or not. */
  known(id: PeerId): PeerEntry | undefined {
    return this.signedEntry(id)?.entry ?? this.#unsigned.get(id);
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
    for (const id of this.#order) {
      const info = id === this.#config.localId ? undefined : this.get(id, nowMs);
      if (info !== undefined) peers.push(info);
    }
    return peers;
  }

  /** The other peers whose signed entries are fresh, in ascending order of their ids. */
  signedPeers(nowMs: number): SignedPeerEntry[] {
    return this.snapshot(nowMs).filter((signed) => signed !== this.#local);
  }

  unsignedPeers(): PeerEntry[] {
    if (this.#unsigned.size === 0) return [];
    return [...this.#order].map((id) => this.#unsigned.get(id)).filter((entry) => entry !== undefined);
  }

  /** How many other peers have fresh signed entries. Costs nothing: it may be polled. */
  signedCount(nowMs: number): number {
    return this.#signed.size - this.#staleCount(nowMs);
  }

  unsignedCount(): number {
    return this.#unsigned.size;
  }

  /** What we tell others: our own entry and every fresh signed one, in ascending order of their ids (spec 02 §10). */
  snapshot(nowMs: number): SignedPeerEntry[] {
    const entries: SignedPeerEntry[] = [];
    for (const id of this.#order) {
      const signed = this.getSigned(id, nowMs);
      if (signed !== undefined) entries.push(signed);
    }
    return entries;
  }

  /**
   * The snapshot in encoded runs. Each run is encoded when it comes, unless that was done since its last change: to run through
   * them in slices first makes it quick.
   */
  *encodedSnapshot(nowMs: number): Generator<EncodedEntries, void, void> {
    const sinceMs = nowMs - this.#config.purgeAfterMs;
    for (const chunk of [...this.#order.chunks]) {
      if (chunk.made === undefined || !isCurrent(chunk.made, sinceMs)) {
        const entries = chunk.ids.map((id) => this.signedEntry(id)).filter((signed) => signed !== undefined);
        chunk.made = encodeEntries(entries, sinceMs, this.#local);
      }
      yield chunk.made;
    }
  }

  /** Why there is no room for an entry, if there is none. */
  #refusal(signed: SignedPeerEntry, known: SignedPeerEntry | undefined): "full" | "tooLarge" | undefined {
    const sizeBytes = signed.encoded.length;
    if (sizeBytes > ENTRY_MAX_BYTES) return "tooLarge";
    if (known === undefined && this.#signed.size >= this.#entriesMax) return "full";
    return this.#bytes + sizeBytes - (known?.encoded.length ?? 0) > BYTES_MAX ? "full" : undefined;
  }

  #remove(id: PeerId, known: SignedPeerEntry): void {
    this.#take(known);
    this.#signed.delete(id);
    this.#order.delete(id);
  }

  /** Takes an entry out of what is counted. */
  #take({ entry, encoded }: SignedPeerEntry): void {
    this.#freshness.remove(entry.updatedAtMs);
    this.#bytes -= encoded.length;
  }

  *#updateTimes(): Generator<number, void, void> {
    for (const { entry } of this.#signed.values()) yield entry.updatedAtMs;
  }

  #staleCount(nowMs: number): number {
    return this.#freshness.staleCount(nowMs - this.#config.purgeAfterMs);
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
