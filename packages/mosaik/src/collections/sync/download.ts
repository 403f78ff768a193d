import type { Cursor } from "../../groups/index.js";
import type { PeerId } from "../../primitives/index.js";
import { Missing, type Span } from "./missing.js";

interface Request {
  readonly span: Span;
  readonly sentMs: number;
}

/** One snapshot while its items come in, from several members at once: one request to each at a time (spec 06 §8.5). */
export class Download<Item> {
  readonly #missing: Missing;
  readonly #requests = new Map<PeerId, Request>();
  /** In their places. */
  readonly #items: Item[];
  #count = 0;

  /**
   * @param peers who offered the snapshot; it may grow
   * @param size how many items it has
   */
  constructor(
    readonly anchor: Cursor,
    readonly size: number,
    readonly peers: Set<PeerId>,
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

  /** Whom to ask for what now. The leader, who has most to do, is the last to be asked. */
  plan(leader: PeerId, batchSize: number, nowMs: number): { peer: PeerId; span: Span }[] {
    const idle = [...this.peers].filter((peer) => !this.#requests.has(peer));
    const asked: { peer: PeerId; span: Span }[] = [];
    for (const peer of [...idle.filter((other) => other !== leader), ...idle.filter((other) => other === leader)]) {
      const span = this.#missing.take(batchSize);
      if (span === undefined) break;
      this.#requests.set(peer, { span, sentMs: nowMs });
      asked.push({ peer, span });
    }
    return asked;
  }

  /** Keeps items that were asked for. What was not is dropped; who gives none, or too many, is asked no more. @returns whether it was */
  accept(from: PeerId, offset: number, items: readonly Item[]): boolean {
    const request = this.#requests.get(from);
    if (request === undefined || request.span.start !== offset) return false;
    const { start, end } = request.span;
    if (items.length === 0 || items.length > end - start) {
      this.forget(from);
      return false;
    }
    this.#requests.delete(from);
    for (const [i, item] of items.entries()) this.#put(start + i, item);
    this.#missing.giveBack({ start: start + items.length, end });
    return true;
  }

  /** Asks the member for nothing more. */
  forget(peer: PeerId): void {
    this.peers.delete(peer);
    const request = this.#requests.get(peer);
    if (request === undefined) return;
    this.#requests.delete(peer);
    this.#missing.giveBack(request.span);
  }

  /** Forgets who has not answered what was asked before. */
  expire(sentBeforeMs: number): void {
    for (const [peer, { sentMs }] of this.#requests) if (sentMs <= sentBeforeMs) this.forget(peer);
  }

  #put(place: number, item: Item): void {
    // Pieces come in any order, mostly one behind the other: no array is made for a size that somebody only claims.
    this.#items[place] = item;
    this.#count++;
  }
}
