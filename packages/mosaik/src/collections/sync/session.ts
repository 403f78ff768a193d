import {
  compareCursors,
  cursorKey,
  equalFingerprints,
  LeaderTail,
  type Cursor,
  type Fingerprint,
  type SessionContext,
  type SyncGap,
  type SyncSession,
} from "../../groups/index.js";
import type { PeerId } from "../../primitives/index.js";
import type { CancelTimer } from "../../runtime/index.js";
import type { SyncConfig } from "./config.js";
import { Download } from "./download.js";
import { installInSteps, type SnapshotTarget } from "./install.js";
import { EncodedItems, type SnapshotMessage, type SnapshotOffer } from "./protocol.js";

/** So often it is looked who has not answered, in ms. */
const LOOK_MS = 250;
/** A new snapshot is asked for no sooner after the last time than this: each costs every member. In ms. */
const REQUEST_AGAIN_MS = 2000;
/** Offers that are remembered. */
const OFFERS_MAX = 16;

interface Offer {
  readonly anchor: Cursor;
  readonly size: number;
  /** Nothing as long as only members in Rust offered it. */
  fingerprint: Fingerprint | undefined;
  readonly peers: Set<PeerId>;
}

/** Gets the state of a collection from those who have it (spec 06 §8.5, §8.6), whatever they do. */
export class SnapshotSession<Item> implements SyncSession<SnapshotMessage<Item>> {
  readonly #config: SyncConfig;
  readonly #context: SessionContext<SnapshotMessage<Item>>;
  readonly #target: SnapshotTarget<Item>;
  readonly #tail: LeaderTail;
  readonly #offers = new Map<string, Offer>();
  #leader: PeerId;
  #download: Download<Item> | undefined;
  /** Members put items of one hash in different places: then all must come from one of them. */
  #isFromOne = false;
  #requestedMs = -Infinity;
  /** Something was offered since the last request, and could not be had. */
  #isOfferLost = false;
  #isInstalling = false;
  #isClosed = false;
  #cancelLook: CancelTimer = () => {};

  constructor(
    config: SyncConfig,
    context: SessionContext<SnapshotMessage<Item>>,
    target: SnapshotTarget<Item>,
    gap: SyncGap,
  ) {
    this.#config = config;
    this.#context = context;
    this.#target = target;
    this.#leader = context.leader;
    this.#tail = new LeaderTail(gap);
    this.#request();
    this.#lookLater();
  }

  receive(message: SnapshotMessage<Item>, from: PeerId): void {
    if (this.#isClosed || !this.#context.bonds().includes(from)) return;
    if (message.kind === "snapshotOffer") this.#offered(message, from);
    else if (message.kind === "fetchDataResponse") this.#fetched(message.value, from);
  }

  leaderSent(gap: SyncGap): void {
    this.#tail.add(gap);
  }

  leaderChanged(leader: PeerId): void {
    this.#leader = leader;
    if (this.#download === undefined) this.#request();
  }

  bondsChanged(): void {
    const bonds = new Set(this.#context.bonds());
    for (const offer of this.#offers.values()) {
      for (const peer of offer.peers) if (!bonds.has(peer)) offer.peers.delete(peer);
    }
    for (const peer of [...(this.#download?.peers ?? [])]) if (!bonds.has(peer)) this.#download!.forget(peer);
    this.#advance();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelLook();
    this.#offers.clear();
    this.#download = undefined;
  }

  #request(): void {
    const isSent = this.#context.send(this.#leader, { kind: "requestSnapshot" });
    if (!isSent) return;
    this.#requestedMs = this.#context.nowMs();
    this.#isOfferLost = false;
  }

  #lookLater(): void {
    this.#cancelLook = this.#context.after(LOOK_MS, () => {
      this.#lookLater();
      this.#download?.expire(this.#context.nowMs() - this.#config.fetchTimeoutMs);
      this.#advance();
    });
  }

  #offered({ value: { anchor, itemsCount: size }, fingerprint }: SnapshotOffer, from: PeerId): void {
    const key = cursorKey(anchor);
    let offer = this.#offers.get(key);
    // Of members that do not have the same there the leader is believed.
    if (offer === undefined || (!isOf(offer, size, fingerprint) && from === this.#leader)) {
      offer = { anchor, size, fingerprint, peers: new Set() };
      this.#offers.set(key, offer);
      this.#forgetOldOffers();
    }
    if (isOf(offer, size, fingerprint)) {
      offer.fingerprint ??= fingerprint;
      offer.peers.add(from);
    }
    this.#advance();
  }

  #forgetOldOffers(): void {
    while (this.#offers.size > OFFERS_MAX) {
      let oldest: string | undefined;
      for (const [key, { anchor }] of this.#offers) {
        if (oldest === undefined || anchor.index < this.#offers.get(oldest)!.anchor.index) oldest = key;
      }
      this.#offers.delete(oldest!);
    }
  }

  #fetched(
    { anchor, offset, items }: { anchor: Cursor; offset: number; items: readonly Item[] | EncodedItems },
    from: PeerId,
  ): void {
    const download = this.#download;
    if (download === undefined || items instanceof EncodedItems || compareCursors(download.anchor, anchor) !== 0)
      return;
    download.accept(from, offset, items);
    this.#advance();
  }

  #advance(): void {
    if (this.#isClosed || this.#isInstalling) return;
    if (this.#download?.isStuck) this.#giveUp(this.#download);
    this.#download ??= this.#choose();
    if (this.#download === undefined) this.#requestAgain();
    else if (this.#download.isComplete) this.#install(this.#download);
    else this.#ask(this.#download);
  }

  /** The newest snapshot that the leader's entries follow. One that is being fetched is not left for a newer one. */
  #choose(): Download<Item> | undefined {
    let best: Offer | undefined;
    for (const offer of this.#offers.values()) {
      if (offer.peers.size === 0 || offer.anchor.index < this.#context.committed.index) continue;
      if (offer.anchor.index < this.#tail.join.index) continue;
      if (best === undefined || compareCursors(offer.anchor, best.anchor) > 0) best = offer;
    }
    if (best === undefined) return undefined;
    const { anchor, size, fingerprint, peers } = best;
    const [first] = peers.has(this.#leader) ? [this.#leader] : peers;
    return new Download(anchor, size, this.#isFromOne ? new Set([first!]) : peers, fingerprint);
  }

  /** Who offered it does not give it, or not what it said. */
  #giveUp(download: Download<Item>): void {
    this.#offers.delete(cursorKey(download.anchor));
    this.#isOfferLost = true;
    this.#download = undefined;
  }

  #requestAgain(): void {
    const isUnheard = this.#offers.size === 0 && !this.#isOfferLost;
    const waitMs = isUnheard ? this.#config.snapshotRequestTimeoutMs : REQUEST_AGAIN_MS;
    if (this.#context.nowMs() < this.#requestedMs + Math.min(waitMs, this.#config.snapshotRequestTimeoutMs)) return;
    this.#offers.clear();
    this.#request();
  }

  #ask(download: Download<Item>): void {
    for (const { peer, request } of download.plan(this.#leader, this.#config.fetchBatchSize, this.#context.nowMs())) {
      if (!this.#context.send(peer, request)) download.forget(peer);
    }
  }

  #install(download: Download<Item>): void {
    this.#isInstalling = true;
    installInSteps(this.#context, this.#target, download.items, (isWhole) => this.#installed(download, isWhole));
  }

  #installed(download: Download<Item>, isWhole: boolean): void {
    this.#isInstalling = false;
    if (!isWhole) {
      if (this.#isFromOne) this.#giveUp(download);
      // It is fetched anew, from one of those who have it.
      this.#isFromOne = true;
      this.#download = undefined;
      return this.#advance();
    }
    const { anchor, fingerprint } = download;
    const { join, entries, end } = this.#tail;
    this.close();
    this.#context.installed(anchor, fingerprint);
    const isFollowed = join.index <= anchor.index && anchor.index < end.index;
    if (isFollowed && this.#termAt(anchor.index, join, entries) === anchor.term) {
      this.#context.append(entries.slice(anchor.index - join.index));
    }
    this.#target.installed(anchor, this.#context.log.last().index);
    this.#context.done();
  }

  #termAt(index: number, join: Cursor, entries: readonly { readonly term: number }[]): number {
    return index === join.index ? join.term : entries[index - join.index - 1]!.term;
  }
}

/** Whether it may be the same snapshot. */
function isOf(offer: Offer, size: number, fingerprint: Fingerprint | undefined): boolean {
  if (offer.size !== size) return false;
  return (
    offer.fingerprint === undefined || fingerprint === undefined || equalFingerprints(offer.fingerprint, fingerprint)
  );
}
