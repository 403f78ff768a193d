import type { PeerId } from "../../../primitives/index.js";
import type { Index, IndexRange } from "../../positions.js";
import type { LogEntry } from "../../storage/storage.js";
import { isAsAsked } from "./comparison.js";
import { ENTRY_BYTES } from "./leader-tail.js";
import type { FetchedEntries } from "./protocol.js";

/** Requests that are under way at once: one to each member. */
export const REQUESTS_MAX = 16;
/** Entries that wait for those before them: with more of them only what comes next is asked for. */
export const WAITING_MAX_BYTES = 16 * 1024 * 1024;

/** What a member was asked for. */
interface Request extends IndexRange {
  /** The first entry that is missing: those before it are asked for to compare them. */
  readonly first: Index;
  readonly sentMs: number;
  /** Others are asked for it too. */
  isOverdue: boolean;
}

/** Entries as they were asked for. */
export interface Chunk {
  readonly from: PeerId;
  readonly start: Index;
  /** The first that was missing: one before it is there to be compared. */
  readonly first: Index;
  readonly end: Index;
  readonly entries: readonly LogEntry[];
}

/** What is missing, and who may be asked. */
export interface Want {
  /** The first missing entry. */
  readonly next: Index;
  /** The last one. It is for the leader to give: so its log is compared with what the others gave. */
  readonly last: Index;
  /** Entries behind this one are asked for together with the one before them, so that pieces from several members join. */
  readonly anchor: Index;
  readonly leader: PeerId;
  readonly isLeaderOnly: boolean;
  /** In the order in which they are asked, but for the leader, who is the last. */
  readonly peers: readonly PeerId[];
  readonly batchSize: number;
  readonly nowMs: number;
}

/** Who was asked for which part of a log, and what came of it. */
export class Fetches {
  readonly #available = new Map<PeerId, IndexRange>();
  readonly #requests = new Map<PeerId, Request>();
  /** What came before what is in front of it, in order. */
  #chunks: Chunk[] = [];
  #waitingBytes = 0;
  /** What is asked for without the entry before it: that one alone filled an answer. */
  #alone: Index | undefined;

  /** A member says what it has. A request for what it has not is void; not the leader's, who may have more than it says. */
  advertised(peer: PeerId, range: IndexRange, isLeader: boolean): void {
    this.#available.set(peer, range);
    const request = this.#requests.get(peer);
    if (request === undefined || isLeader) return;
    if (request.start <= range.start || request.first > range.end) this.#requests.delete(peer);
  }

  /** Whether the member has said what it has. */
  knows(peer: PeerId): boolean {
    return this.#available.has(peer);
  }

  /** Nothing is asked of the member until it says again what it has. */
  forget(peer: PeerId): void {
    this.#available.delete(peer);
    this.#requests.delete(peer);
  }

  /** Forgets the member, and drops what it gave: it may not have it any more. */
  disown(peer: PeerId): void {
    this.forget(peer);
    this.#chunks = this.#chunks.filter(({ from }) => from !== peer);
    this.#waitingBytes = this.#chunks.reduce((sum, chunk) => sum + bytesOf(chunk), 0);
  }

  /** Forgets all but these. */
  retain(peers: ReadonlySet<PeerId>): void {
    for (const peer of [...this.#available.keys(), ...this.#requests.keys()]) if (!peers.has(peer)) this.forget(peer);
  }

  /** Drops what was fetched and what is under way. */
  clear(): void {
    this.#requests.clear();
    this.#chunks = [];
    this.#waitingBytes = 0;
    this.#alone = undefined;
  }

  /** Forgets the members that were asked before `sentBeforeMs` and have not answered. */
  expire(sentBeforeMs: number): void {
    for (const [peer, { sentMs }] of this.#requests) if (sentMs <= sentBeforeMs) this.forget(peer);
  }

  /** What was asked for before `sentBeforeMs` may be asked of others too. */
  giveToOthers(sentBeforeMs: number): void {
    for (const request of this.#requests.values()) if (request.sentMs <= sentBeforeMs) request.isOverdue = true;
  }

  /** Keeps entries that were asked for. @returns whether they were; `joinOnly` if only the one before them was given */
  accept(from: PeerId, fetched: FetchedEntries): "kept" | "joinOnly" | "dropped" {
    const { range, entries } = fetched;
    const request = this.#requests.get(from);
    if (request === undefined) return "dropped";
    // An answer to an earlier request: that to this one may be on its way.
    if (range.start !== request.start && entries.length > 0) return "dropped";
    if (!isAsAsked(request, fetched)) {
      this.forget(from);
      return "dropped";
    }
    this.#requests.delete(from);
    if (range.end < request.first) {
      this.#alone = request.first;
      return "joinOnly";
    }
    this.#keep({ from, start: range.start, first: request.first, end: range.end, entries });
    return "kept";
  }

  /** The kept entries that go on at `next`. Those before it are dropped. */
  take(next: Index): Chunk | undefined {
    for (;;) {
      const chunk = this.#chunks[0];
      if (chunk === undefined || chunk.first > next) return undefined;
      this.#chunks.shift();
      this.#waitingBytes -= bytesOf(chunk);
      if (chunk.end >= next) return chunk;
    }
  }

  /** Whom to ask for what: each gap in what is missing is divided among the members that have nothing to do. */
  plan(want: Want): { peer: PeerId; range: IndexRange }[] {
    const asked: { peer: PeerId; range: IndexRange }[] = [];
    const idle = this.#idle(want);
    for (const hole of this.#holes(want)) {
      for (let at = hole.start; at <= hole.end && idle.length > 0;) {
        if (at > want.next && !this.#hasRoom()) return asked;
        const request = this.#request(want, idle, at, hole.end);
        if (request === undefined) break;
        asked.push(request);
        at = request.range.end + 1;
      }
    }
    return asked;
  }

  #request(want: Want, idle: PeerId[], at: Index, end: Index): { peer: PeerId; range: IndexRange } | undefined {
    const isAlone = want.batchSize === 1 || at === this.#alone;
    const start = isAlone || at === want.anchor ? at : at - 1;
    const place = idle.findIndex((peer) => this.#available.get(peer)!.start < start && this.#lastOf(peer, want) >= at);
    if (place === -1) return undefined;
    const [peer] = idle.splice(place, 1) as [PeerId];
    const range = { start, end: Math.min(end, start + want.batchSize - 1, this.#lastOf(peer, want)) };
    this.#requests.set(peer, { ...range, first: at, sentMs: want.nowMs, isOverdue: false });
    return { peer, range };
  }

  #idle({ peers, leader, isLeaderOnly }: Want): PeerId[] {
    const idle = peers.filter((peer) => this.#available.has(peer) && !this.#requests.has(peer));
    const others = isLeaderOnly ? [] : idle.filter((peer) => peer !== leader);
    return idle.includes(leader) ? [...others, leader] : others;
  }

  /** The last entry that a member may be asked for. A leader has all, though one of Rust says so only of what is committed. */
  #lastOf(peer: PeerId, { leader, last }: Want): Index {
    return peer === leader ? last : Math.min(this.#available.get(peer)!.end, last - 1);
  }

  /** What is missing, and neither kept nor under way. */
  #holes({ next, last }: Want): IndexRange[] {
    const taken = this.#chunks.map(({ first, end }) => ({ start: first, end }));
    for (const { first, end, isOverdue } of this.#requests.values()) if (!isOverdue) taken.push({ start: first, end });
    taken.sort((a, b) => a.start - b.start);
    const holes: IndexRange[] = [];
    let at = next;
    for (const { start, end } of taken) {
      if (start > at) holes.push({ start: at, end: Math.min(last, start - 1) });
      at = Math.max(at, end + 1);
    }
    if (at <= last) holes.push({ start: at, end: last });
    return holes;
  }

  #hasRoom(): boolean {
    return this.#requests.size < REQUESTS_MAX && this.#waitingBytes < WAITING_MAX_BYTES;
  }

  #keep(chunk: Chunk): void {
    const place = this.#chunks.findIndex(({ first }) => first > chunk.first);
    this.#chunks.splice(place === -1 ? this.#chunks.length : place, 0, chunk);
    this.#waitingBytes += bytesOf(chunk);
  }
}

function bytesOf({ entries }: Chunk): number {
  let bytes = 0;
  for (const { command } of entries) bytes += command.length + ENTRY_BYTES;
  return bytes;
}
