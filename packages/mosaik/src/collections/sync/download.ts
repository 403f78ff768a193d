import type { Cursor, Fingerprint } from "../../groups/index.js";
import type { PeerId } from "../../primitives/index.js";
import { Missing, type Span } from "./missing.js";
import type { FetchDataRequest } from "./protocol.js";

/** Requests to one member that are under way at a time: its next answer does not wait for ours to the last one. */
const REQUESTS_MAX = 4;

interface Request {
  readonly span: Span;
  readonly sentMs: number;
}

/** One snapshot while its items come in, from several members at once (spec 06 §8.5). */
export class Download<Item> {
  readonly #missing: Missing;
  /** What each member was asked for, by the first place. */
  readonly #requests = new Map<PeerId, Map<number, Request>>();
  /** In their places. */
  readonly #items: Item[];
  #count = 0;

  /**
   * @param peers who offered the snapshot; it may grow
   * @param size how many items it has
   * @param fingerprint of the log up to the anchor, where somebody said it
   */
  constructor(
    readonly anchor: Cursor,
    readonly size: number,
    readonly peers: Set<PeerId>,
    readonly fingerprint?: Fingerprint,
  ) {
    this.#missing = new Missing(size);
    this.#items = [];
  }

  get isComplete(): boolean {
    return this.#count === this.size;
  }

  /** Whether nobody is left to bring what is missing. */
  get isStuck(): boolean {
    return !this.isComplete && this.peers.size === 0;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  /** Whom to ask for what now: all in turn. The leader, who has most to do, is the last to be asked. */
  plan(leader: PeerId, batchSize: number, nowMs: number): { peer: PeerId; request: FetchDataRequest }[] {
    const others = [...this.peers].filter((peer) => peer !== leader);
    const inTurn = this.peers.has(leader) ? [...others, leader] : others;
    const asked: { peer: PeerId; request: FetchDataRequest }[] = [];
    for (let turn = 0; turn < REQUESTS_MAX; turn++) {
      for (const peer of inTurn) {
        const requests = this.#requestsTo(peer);
        if (requests.size > turn) continue;
        const span = this.#missing.take(batchSize);
        if (span === undefined) return asked;
        requests.set(span.start, { span, sentMs: nowMs });
        const range = { start: BigInt(span.start), end: BigInt(span.end) };
        asked.push({ peer, request: { kind: "fetchDataRequest", value: { anchor: this.anchor, range } } });
      }
    }
    return asked;
  }

  /** Keeps items that were asked for. What was not is dropped; who gives none, or too many, is asked no more. @returns whether it was */
  accept(from: PeerId, offset: number, items: readonly Item[]): boolean {
    const request = this.#requests.get(from)?.get(offset);
    if (request === undefined) return false;
    const { start, end } = request.span;
    if (items.length === 0 || items.length > end - start) {
      this.forget(from);
      return false;
    }
    this.#requests.get(from)!.delete(offset);
    for (const [i, item] of items.entries()) this.#put(start + i, item);
    this.#missing.giveBack({ start: start + items.length, end });
    return true;
  }

  /** Asks the member for nothing more. */
  forget(peer: PeerId): void {
    this.peers.delete(peer);
    for (const { span } of this.#requests.get(peer)?.values() ?? []) this.#missing.giveBack(span);
    this.#requests.delete(peer);
  }

  /** Forgets who has not answered what was asked before. */
  expire(sentBeforeMs: number): void {
    for (const [peer, requests] of this.#requests) {
      if ([...requests.values()].some(({ sentMs }) => sentMs <= sentBeforeMs)) this.forget(peer);
    }
  }

  #requestsTo(peer: PeerId): Map<number, Request> {
    let requests = this.#requests.get(peer);
    if (requests === undefined) this.#requests.set(peer, (requests = new Map<number, Request>()));
    return requests;
  }

  #put(place: number, item: Item): void {
    // Pieces come in any order, mostly one behind the other: no array is made for a size that somebody only claims.
    this.#items[place] = item;
    this.#count++;
  }
}
