import type { PeerId } from "../../../primitives/index.js";
import type { Index, IndexRange } from "../../positions.js";
import type { LogEntry } from "../../storage/storage.js";
import { isAsAsked } from "./comparison.js";
import { ENTRY_BYTES } from "./leader-tail.js";
import type { FetchedEntries } from "./protocol.js";

/** Requests that are under way at once. */
export const REQUESTS_MAX = 16;
/** Requests that are under way to one member. It begins with one, and each answer that is kept allows one more. */
export const MEMBER_REQUESTS_MAX = 4;
/** Entries that wait for those before them: with more of them only what comes next is asked for. */
export const WAITING_MAX_BYTES = 16 * 1024 * 1024;

/** What a member was asked for. */
interface Request extends IndexRange {
  readonly peer: PeerId;
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
  #requests: Request[] = [];
  /** How many requests a member may have under way, where it is more than one. */
  readonly #windows = new Map<PeerId, number>();
  /** What came before what is in front of it, in order. */
  #chunks: Chunk[] = [];
  #waitingBytes = 0;
  /** What is asked for without the entry before it: that one alone filled an answer. */
  #alone: Index | undefined;

  /** A member says what it has. A request for what it has not is void; not the leader's, who may have more than it says. */
  advertised(peer: PeerId, range: IndexRange, isLeader: boolean): void {
    this.#available.set(peer, range);
    if (isLeader) return;
    const isVoid = (request: Request): boolean => request.start <= range.start || request.first > range.end;
    this.#requests = this.#requests.filter((request) => request.peer !== peer || !isVoid(request));
  }

  /** Whether the member has said what it has. */
  knows(peer: PeerId): boolean {
    return this.#available.has(peer);
  }

  /** Nothing is asked of the member until it says again what it has. */
  forget(peer: PeerId): void {
    this.#available.delete(peer);
    this.#windows.delete(peer);
    this.#requests = this.#requests.filter((request) => request.peer !== peer);
  }

  /** Forgets the member, and drops what it gave: it may not have it any more. */
  disown(peer: PeerId): void {
    this.forget(peer);
    this.#chunks = this.#chunks.filter(({ from }) => from !== peer);
    this.#waitingBytes = this.#chunks.reduce((sum, chunk) => sum + bytesOf(chunk), 0);
  }

  /** Forgets all but these. */
  retain(peers: ReadonlySet<PeerId>): void {
    for (const peer of this.#available.keys()) if (!peers.has(peer)) this.forget(peer);
  }

  /** Drops what was fetched and what is under way. */
  clear(): void {
    this.#requests = [];
    this.#chunks = [];
    this.#waitingBytes = 0;
    this.#alone = undefined;
  }

  /** Forgets the members that were asked before `sentBeforeMs` and have not answered. */
  expire(sentBeforeMs: number): void {
    for (const { peer, sentMs } of this.#requests) if (sentMs <= sentBeforeMs) this.forget(peer);
  }

  /** What was asked for before `sentBeforeMs` may be asked of others too. */
  giveToOthers(sentBeforeMs: number): void {
    for (const request of this.#requests) {
      if (request.sentMs > sentBeforeMs) continue;
      request.isOverdue = true;
      this.#windows.delete(request.peer);
    }
  }

  /** Keeps entries that were asked for. @returns whether they were; `joinOnly` if only the one before them was given */
  accept(from: PeerId, fetched: FetchedEntries): "kept" | "joinOnly" | "dropped" {
    const { range, entries } = fetched;
    const requests = this.#requests.filter(({ peer }) => peer === from);
    const request = requests.find(({ start }) => start === range.start);
    // An answer to an earlier request: those to the present ones may be on their way.
    if (requests.length === 0 || (request === undefined && entries.length > 0)) return "dropped";
    if (request === undefined || !isAsAsked(request, fetched)) {
      this.forget(from);
      return "dropped";
    }
    this.#requests = this.#requests.filter((other) => other !== request);
    this.#windows.set(from, Math.min(MEMBER_REQUESTS_MAX, this.#windowOf(from) + 1));
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

  /** Whom to ask for what: each gap in what is missing is divided among the members that have least to do. */
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
    this.#requests.push({ ...range, peer, first: at, sentMs: want.nowMs, isOverdue: false });
    return { peer, range };
  }

  /** Who may be asked, as often as they may: first all who have nothing to do, then those with one request, and so on. */
  #idle({ peers, leader, isLeaderOnly }: Want): PeerId[] {
    const able = peers.filter((peer) => peer !== leader && !isLeaderOnly);
    if (peers.includes(leader)) able.push(leader);
    const loads = new Map(able.map((peer) => [peer, this.#loadOf(peer)]));
    const idle: PeerId[] = [];
    for (let load = 0; load < MEMBER_REQUESTS_MAX; load++) {
      for (const peer of able) if (loads.get(peer)! <= load && load < this.#windowOf(peer)) idle.push(peer);
    }
    return idle;
  }

  #windowOf(peer: PeerId): number {
    return this.#available.has(peer) ? (this.#windows.get(peer) ?? 1) : 0;
  }

  /** How many requests a member owes: one that is late is asked for nothing more. */
  #loadOf(peer: PeerId): number {
    const requests = this.#requests.filter((request) => request.peer === peer);
    return requests.some(({ isOverdue }) => isOverdue) ? MEMBER_REQUESTS_MAX : requests.length;
  }

  /** The last entry that a member may be asked for. A leader has all, though one of Rust says so only of what is committed. */
  #lastOf(peer: PeerId, { leader, last }: Want): Index {
    return peer === leader ? last : Math.min(this.#available.get(peer)!.end, last - 1);
  }

  /** What is missing, and neither kept nor under way. */
  #holes({ next, last }: Want): IndexRange[] {
    const taken = this.#chunks.map(({ first, end }) => ({ start: first, end }));
    for (const { first, end, isOverdue } of this.#requests) if (!isOverdue) taken.push({ start: first, end });
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
    return this.#requests.length < REQUESTS_MAX && this.#waitingBytes < WAITING_MAX_BYTES;
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
