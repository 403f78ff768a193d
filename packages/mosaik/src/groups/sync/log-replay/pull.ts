import type { PeerId } from "../../../primitives/index.js";
import type { CancelTimer } from "../../../runtime/index.js";
import { compareCursors, type Cursor, type Index, type IndexRange } from "../../positions.js";
import type { LogEntry } from "../../storage/storage.js";
import type { PullContext, SyncPull } from "../sync.js";
import { firstDifference, isAsAsked, isSameEntry } from "./comparison.js";
import type { LogReplayConfig } from "./config.js";
import { ENTRY_BYTES } from "./leader-tail.js";
import type { FetchedEntries, LogReplayMessage } from "./protocol.js";

/** What another log has in place of ours is kept until it has shown that it ends later. With more the log is left alone. */
export const DIFFERING_MAX_BYTES = 16 * 1024 * 1024;

/** How long a member may be silent before the others are asked, in ms. */
export const PATIENCE_MS = 1000;
/** How long one may be that is asked once more, behind the others: nobody stands for election meanwhile. */
export const LAST_PATIENCE_MS = 5000;

/**
 * Fetches the newer logs of members that denied their votes, one member after the other (spec 05 §13 L5, §19 D5). How far such a log goes
 * only its answers tell: what a member advertises ends with what it has committed. The one that ends later takes the place of ours where
 * the two differ, as it would by an election.
 *
 * Each piece begins with the last entry of the piece before, so that a log that changes meanwhile is noticed. Pieces of one entry have no
 * room for that: with them nothing is pulled.
 */
export class LogReplayPull implements SyncPull<LogReplayMessage> {
  readonly #config: LogReplayConfig;
  readonly #context: PullContext<LogReplayMessage>;
  readonly #waiting: PeerId[];
  /** Those that were silent: they are asked once more. */
  readonly #silent = new Set<PeerId>();
  #peer: PeerId | undefined;
  #request: IndexRange = { start: 0, end: 0 };
  /** The first entry that was asked for is there only to be compared. */
  #hasJoin = false;
  /** An entry of the member's was as ours. */
  #isJoined = false;
  /** The member's log was asked for from the last committed entry on: once is enough. */
  #isCompared = false;
  /** What the member has in place of ours, from the first difference on. */
  #differing: { readonly start: Index; readonly entries: LogEntry[]; bytes: number } | undefined;
  #cancelTimeout: CancelTimer = () => {};

  constructor(config: LogReplayConfig, context: PullContext<LogReplayMessage>, from: readonly PeerId[]) {
    this.#config = config;
    this.#context = context;
    this.#waiting = config.batchSize > 1 ? [...from] : [];
    this.#next();
  }

  receive(message: LogReplayMessage, from: PeerId): void {
    if (from !== this.#peer) return;
    // A member of ours says what it has where it has nothing of what it was asked for.
    if (message.kind === "availabilityResponse") this.#ended();
    else if (message.kind === "fetchEntriesResponse") this.#take(from, message.value);
  }

  bondsChanged(): void {
    if (this.#peer !== undefined && !this.#context.bonds().includes(this.#peer)) this.#next();
  }

  close(): void {
    this.#cancelTimeout();
    this.#peer = undefined;
    this.#differing = undefined;
  }

  /** Goes on to the next member: its log is compared with ours at the end of ours first. */
  #next(): void {
    this.close();
    this.#peer = this.#waiting.shift();
    if (this.#peer === undefined) return this.#context.done();
    const { index } = this.#context.log.last();
    this.#isJoined = false;
    this.#isCompared = index <= this.#anchor;
    this.#ask(Math.max(index, this.#anchor), index > 0);
  }

  /** Looks for the first difference, from the last committed entry on. */
  #compareAll(): void {
    if (this.#isCompared) return this.#next();
    this.#isCompared = true;
    this.#ask(this.#anchor, true);
  }

  get #anchor(): Index {
    return Math.max(1, this.#context.committed.index);
  }

  #ask(start: Index, hasJoin: boolean): void {
    const request = { start, end: start + this.#config.batchSize - 1 };
    this.#request = request;
    this.#hasJoin = hasJoin;
    this.#cancelTimeout();
    const patienceMs = this.#silent.has(this.#peer!) ? LAST_PATIENCE_MS : PATIENCE_MS;
    this.#cancelTimeout = this.#context.after(Math.min(patienceMs, this.#config.fetchTimeoutMs), () => this.#putOff());
    if (!this.#context.send(this.#peer!, { kind: "fetchEntriesRequest", value: request })) this.#next();
  }

  /** The member is silent: the others come first. */
  #putOff(): void {
    const peer = this.#peer!;
    if (!this.#silent.has(peer)) this.#waiting.push(peer);
    this.#silent.add(peer);
    this.#next();
  }

  #take(from: PeerId, fetched: FetchedEntries): void {
    const { range, entries } = fetched;
    if (entries.length === 0) return this.#ended();
    // An answer to an earlier request: that to this one may be on its way.
    if (range.start !== this.#request.start) return;
    if (!isAsAsked(this.#request, fetched)) return this.#next();
    const end = { term: entries.at(-1)!.term, index: range.end };
    if (!(this.#differing === undefined ? this.#compare(range, entries) : this.#collect(entries))) return;
    if (!this.#replace(end, from)) return;
    const isJoinOnly = this.#hasJoin && range.end === range.start;
    this.#ask(isJoinOnly ? range.end + 1 : range.end, !isJoinOnly);
  }

  /** @returns whether the member is to be asked for more */
  #compare({ start }: IndexRange, entries: readonly LogEntry[]): boolean {
    const { log } = this.#context;
    const last = log.last();
    const difference = firstDifference(log, start, entries);
    this.#isJoined ||= difference !== start;
    if (difference === undefined) return true;
    const rest = entries.slice(difference - start);
    if (difference > last.index) {
      const follows = rest[0]!.term >= last.term;
      if (follows) this.#context.append(rest);
      else this.#next();
      return follows;
    }
    // They may differ before that, too.
    if (difference === start && start > this.#anchor) {
      this.#compareAll();
      return false;
    }
    this.#differing = { start: difference, entries: [], bytes: 0 };
    return this.#keep(rest);
  }

  /** Goes on with what differs. @returns whether the member is to be asked for more */
  #collect(entries: readonly LogEntry[]): boolean {
    const last = this.#differing!.entries.at(-1)!;
    if (!this.#hasJoin) return this.#keep(entries);
    if (isSameEntry(last, entries[0]!)) return this.#keep(entries.slice(1));
    this.#next();
    return false;
  }

  #keep(entries: readonly LogEntry[]): boolean {
    const differing = this.#differing!;
    for (const entry of entries) {
      differing.entries.push(entry);
      differing.bytes += entry.command.length + ENTRY_BYTES;
    }
    if (differing.bytes <= DIFFERING_MAX_BYTES) return true;
    this.#next();
    return false;
  }

  /** Puts what differs in the place of ours if it ends later. @returns whether the member is to be asked for more */
  #replace(end: Cursor, from: PeerId): boolean {
    const { log, committed } = this.#context;
    if (this.#differing === undefined || compareCursors(end, log.last()) <= 0) return true;
    const { start, entries } = this.#differing;
    this.#differing = undefined;
    if (start <= committed.index) {
      this.close();
      this.#context.diverged({ term: log.termAt(start) ?? 0, index: start }, from);
      return false;
    }
    this.#context.truncate(start);
    this.#context.append(entries);
    return true;
  }

  /** The member has nothing behind what it gave. */
  #ended(): void {
    if (this.#isJoined) this.#next();
    else this.#compareAll();
  }
}
