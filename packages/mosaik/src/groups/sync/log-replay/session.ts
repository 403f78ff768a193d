import type { PeerId } from "../../../primitives/index.js";
import type { CancelTimer } from "../../../runtime/index.js";
import type { Index } from "../../positions.js";
import type { LogEntry } from "../../storage/storage.js";
import type { SessionContext, SyncGap, SyncSession } from "../sync.js";
import { firstDifference } from "./comparison.js";
import type { LogReplayConfig } from "./config.js";
import { Fetches, type Chunk } from "./fetches.js";
import { LeaderTail } from "./leader-tail.js";
import type { FetchedEntries, LogReplayMessage } from "./protocol.js";

/** So often those are asked what they have who have not said it; without progress everybody is, and for what others owe. */
const REFRESH_MS = 1000;

const ASK: LogReplayMessage = { kind: "availabilityRequest" };

/**
 * Fetches what the log lacks from several members at once (spec 05 §7.5, §19 D1, D3).
 *
 * It begins with the last committed entry, and each piece with the last entry of the piece before: so the logs of those who give are
 * compared with this one and with each other. The last entry is for the leader to give. Where two differ everything is fetched again,
 * from the leader alone: only its word takes entries away, and only its word says that what is committed here is not what it has.
 */
export class LogReplaySession implements SyncSession<LogReplayMessage> {
  readonly #config: LogReplayConfig;
  readonly #context: SessionContext<LogReplayMessage>;
  #tail: LeaderTail;
  readonly #fetches = new Fetches();
  #leader: PeerId;
  /** The leader's log is known: it has sent something since it leads. */
  #isLeaderHeard = true;
  #isLeaderOnly: boolean;
  /** Not even the leader's own pieces fit together: nothing is asked for until the next refresh. */
  #isPaused = false;
  /** The last entry that the leader itself gave: up to it the log is compared with the leader's. */
  #vouchedFor: Index = 0;
  /** The first entry that is not compared yet. */
  #next: Index;
  #peers: ReadonlySet<PeerId>;
  #hasProgressed = true;
  #isClosed = false;
  #cancelTick: CancelTimer = () => {};

  constructor(config: LogReplayConfig, context: SessionContext<LogReplayMessage>, gap: SyncGap) {
    this.#config = config;
    this.#context = context;
    this.#tail = new LeaderTail(gap);
    this.#leader = context.leader;
    // Pieces of one entry have no room to join.
    this.#isLeaderOnly = config.batchSize === 1 || gap.isDisputed === true;
    this.#next = this.#anchor;
    this.#peers = new Set(context.bonds());
    context.broadcast(ASK);
    this.#tickIn(this.#isAtEnd ? 0 : this.#refreshMs);
  }

  receive(message: LogReplayMessage, from: PeerId): void {
    if (this.#isClosed || !this.#peers.has(from)) return;
    if (message.kind === "availabilityResponse") this.#fetches.advertised(from, message.value, from === this.#leader);
    else if (message.kind !== "fetchEntriesResponse") return;
    else this.#take(from, message.value);
    this.#advance();
  }

  leaderSent(gap: SyncGap): void {
    if (this.#isLeaderHeard) this.#tail.add(gap);
    else {
      this.#isLeaderHeard = true;
      this.#tail = new LeaderTail(gap);
      // What another leader gave alone is nobody else's word.
      if (this.#isLeaderOnly) this.#next = this.#anchor;
    }
    this.#advance();
  }

  leaderChanged(leader: PeerId): void {
    this.#fetches.disown(this.#leader);
    this.#context.send(this.#leader, ASK);
    this.#leader = leader;
    this.#vouchedFor = 0;
    this.#isLeaderHeard = false;
    this.#isPaused = false;
    this.#advance();
  }

  bondsChanged(): void {
    const peers = new Set(this.#context.bonds());
    for (const peer of peers) if (!this.#peers.has(peer)) this.#context.send(peer, ASK);
    this.#peers = peers;
    this.#fetches.retain(peers);
    this.#advance();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTick();
    this.#fetches.clear();
  }

  get #refreshMs(): number {
    return Math.min(REFRESH_MS, this.#config.fetchTimeoutMs);
  }

  #take(from: PeerId, fetched: FetchedEntries): void {
    const outcome = this.#fetches.accept(from, fetched);
    if (outcome !== "dropped") this.#hasProgressed = true;
    // Without the one before them entries are taken only if all are the leader's.
    if (outcome === "joinOnly" && !this.#isLeaderOnly) this.#fetchFromLeader();
  }

  /** The entry that the first piece begins with. */
  get #anchor(): Index {
    return Math.max(1, this.#context.committed.index);
  }

  /** Whether the log reaches the entries that the leader sent. */
  get #isAtEnd(): boolean {
    const { index } = this.#tail.join;
    return (this.#next > index && this.#vouchedFor >= index) || index <= this.#context.committed.index;
  }

  #tickIn(delayMs: number): void {
    this.#cancelTick = this.#context.after(delayMs, () => {
      this.#tickIn(this.#refreshMs);
      this.#tick(this.#context.nowMs());
    });
  }

  #tick(nowMs: number): void {
    this.#fetches.expire(nowMs - this.#config.fetchTimeoutMs);
    if (!this.#hasProgressed) this.#fetches.giveToOthers(nowMs - this.#refreshMs);
    for (const peer of this.#peers) {
      if (!this.#hasProgressed || !this.#fetches.knows(peer)) this.#context.send(peer, ASK);
    }
    this.#hasProgressed = false;
    this.#isPaused = false;
    this.#advance();
  }

  #advance(): void {
    if (this.#isClosed) return;
    // The log may have been cut meanwhile.
    this.#next = Math.min(this.#next, this.#context.log.last().index + 1);
    for (let chunk = this.#fetches.take(this.#next); chunk !== undefined; chunk = this.#fetches.take(this.#next)) {
      this.#install(chunk);
      if (this.#isClosed) return;
    }
    if (this.#isAtEnd && this.#isLeaderHeard) this.#finish();
    // The others gave what is for the leader to give: its log was longer when they were asked, or was that of another leader.
    else if (!this.#isAtEnd) this.#next = Math.min(this.#next, Math.max(this.#anchor, this.#tail.join.index));
    if (!this.#isClosed && !this.#isPaused) this.#ask();
  }

  #ask(): void {
    const { batchSize } = this.#config;
    const wanted = {
      next: this.#next,
      last: this.#tail.join.index,
      anchor: this.#anchor,
      leader: this.#leader,
      isLeaderOnly: this.#isLeaderOnly,
      peers: [...this.#peers],
      batchSize,
      nowMs: this.#context.nowMs(),
    };
    for (const { peer, range } of this.#fetches.plan(wanted)) {
      if (!this.#context.send(peer, { kind: "fetchEntriesRequest", value: range })) this.#fetches.forget(peer);
    }
  }

  #install({ from, start, end, entries }: Chunk): void {
    const difference = firstDifference(this.#context.log, start, entries);
    if (difference === undefined) {
      // All of it is here.
    } else if (difference > this.#context.log.last().index) {
      this.#context.append(entries.slice(difference - start));
    } else if (from !== this.#leader) {
      return this.#fetchFromLeader();
    } else if (difference <= this.#context.committed.index) {
      return this.#diverge(difference);
    } else if (difference < this.#next || !(this.#isLeaderOnly || this.#isJoined(start, difference))) {
      return this.#fetchFromLeader();
    } else {
      this.#replaceFrom(difference, entries.slice(difference - start));
    }
    this.#next = Math.max(this.#next, end + 1);
    if (from === this.#leader) this.#vouchedFor = Math.max(this.#vouchedFor, end);
    this.#hasProgressed = true;
  }

  /** Whether the piece shows that what is before the difference is what its giver has. */
  #isJoined(start: Index, difference: Index): boolean {
    return difference > start || start === this.#anchor;
  }

  /** Everything up to where the leader's entries join is here: they follow, and nothing else. */
  #finish(): void {
    const { join, entries, end } = this.#tail;
    const { log, committed } = this.#context;
    const term = log.termAt(join.index);
    if (term !== undefined && term !== join.term) {
      return join.index <= committed.index ? this.#diverge(join.index) : this.#fetchFromLeader();
    }
    const difference = firstDifference(log, join.index + 1, entries);
    if (difference !== undefined) {
      if (difference <= committed.index) return this.#diverge(difference);
      this.#replaceFrom(difference, entries.slice(difference - join.index - 1));
    }
    const last = Math.max(end.index, committed.index);
    if (log.last().index > last) this.#context.truncate(last + 1);
    this.close();
    this.#context.done();
  }

  #replaceFrom(index: Index, entries: readonly LogEntry[]): void {
    if (index <= this.#context.log.last().index) this.#context.truncate(index);
    this.#context.append(entries);
  }

  /** What members gave contradicts each other, or what is here. */
  #fetchFromLeader(): void {
    this.#isPaused = this.#isLeaderOnly;
    this.#isLeaderOnly = true;
    this.#fetches.clear();
    this.#vouchedFor = 0;
    this.#next = this.#anchor;
  }

  #diverge(index: Index): void {
    const term = this.#context.log.termAt(index) ?? 0;
    this.close();
    this.#context.diverged({ term, index }, this.#leader);
  }
}
