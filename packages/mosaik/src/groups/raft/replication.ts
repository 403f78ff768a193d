import type { PeerId } from "../../primitives/index.js";
import { compareCursors, ORIGIN, type Cursor, type Index, type Term } from "../positions.js";
import type { SyncGap } from "../sync/sync.js";
import { matchLog, type LogMatch } from "./log-matching.js";
import type { AppendEntries } from "./messages.js";
import { isGuarded } from "./quorums.js";
import type { RaftState } from "./state.js";

/** What a leader's entries were last when they could not be taken. */
interface Untaken {
  readonly from: PeerId;
  readonly message: AppendEntries;
}

/**
 * A follower's side of the log: takes the leader's entries, or has the state sync fetch what is missing before them (spec 05 §6.4). It
 * outlives the follower: a catch-up goes on under the next leader.
 */
export class Replication {
  readonly #state: RaftState;
  #phase: "following" | "syncing" | "pulling" | "diverged" = "following";
  #untaken: Untaken | undefined;
  /** Where the log ended when a pull began. */
  #pullsFrom: Cursor = ORIGIN;
  /** What was committed when the fingerprints differed behind it: if they differ again, the difference is not behind it. */
  #suspectAt: Index | undefined;
  /** The fingerprints differed, and have not agreed since: what other members give may be the same again. */
  #isDisputed = false;
  /** Since when the leader's log ends before what is committed here. */
  #aheadSinceMs: number | undefined;

  constructor(state: RaftState) {
    this.#state = state;
  }

  get isSyncing(): boolean {
    return this.#phase === "syncing";
  }

  /** Whether it fetches what members have that denied their votes. */
  get isPulling(): boolean {
    return this.#phase === "pulling";
  }

  /** Entries or a heartbeat of the leader of our term. Answered if it could be taken; a heartbeat only where the leader must know who is there. */
  accept(from: PeerId, message: AppendEntries): void {
    const { log, rules } = this.#state;
    if (this.#phase === "diverged") {
      this.#untaken = { from, message };
      return;
    }
    if (this.#phase === "pulling") this.stop();
    const match = matchLog(log, message, rules.usesFingerprints);
    if (this.#phase === "syncing") {
      if (!this.#isOvertaken(message, match)) return this.#hand(from, message);
      this.stop();
    }
    if (match.kind === "joins") this.#take(from, message, match);
    else this.#begin(from, message, match);
  }

  /** The session is done. Its end is acknowledged, though nobody asked (§19 D2). */
  synced(term: Term): void {
    if (this.#phase !== "syncing") return;
    this.#phase = "following";
    this.#untaken = undefined;
    this.#state.tellLogPosition();
    const { leader, rules } = this.#state;
    if (leader === undefined || !rules.acknowledgesSync || this.#isObserver()) return;
    if (this.#state.isBonded(leader)) this.#acknowledge(leader, term, this.#state.log.last().index);
  }

  /** Nobody leads, and those may have more than this member: it is fetched from them (§19 D5). A session would wait for its leader. */
  pull(from: readonly PeerId[]): void {
    if (from.length === 0) return;
    if (this.#phase === "syncing") this.stop();
    if (this.#phase !== "following") return;
    this.#phase = "pulling";
    this.#pullsFrom = this.#state.log.last();
    this.#state.emit({ kind: "pull", from });
  }

  /** The pull is done. @returns whether it brought something newer */
  pulled(): boolean {
    if (this.#phase !== "pulling") return false;
    this.#phase = "following";
    this.#state.tellLogPosition();
    return compareCursors(this.#state.log.last(), this.#pullsFrom) > 0;
  }

  /** Log and machine stand at `cursor`, by a snapshot. */
  installed(cursor: Cursor): void {
    this.#state.committed = cursor;
    this.#suspectAt = undefined;
    this.#state.tellLogPosition();
  }

  /** Log and machine begin anew. What the leader sent last is looked at again if it is the leader of our term still. */
  rebuilt(followedTerm: Term | undefined): void {
    const untaken = this.#untaken;
    this.#phase = "following";
    this.#untaken = undefined;
    this.#suspectAt = undefined;
    this.#state.committed = ORIGIN;
    this.#state.isOnline = false;
    this.#state.tellLogPosition();
    if (untaken !== undefined && untaken.message.term === followedTerm) this.accept(untaken.from, untaken.message);
  }

  /** Ends an open session, or a pull. What it has appended stays. */
  stop(): void {
    if (this.#phase !== "syncing" && this.#phase !== "pulling") return;
    this.#phase = "following";
    this.#untaken = undefined;
    this.#state.emit({ kind: "endSync" });
  }

  /** The session is of no use: the log joins on to that of another leader, or fingerprints say that nothing is missing. */
  #isOvertaken({ leader }: AppendEntries, match: LogMatch): boolean {
    if (!this.#state.rules.keepsSync || match.kind !== "joins" || match.conflictAt !== undefined) return false;
    return match.isProven || leader !== this.#untaken!.message.leader;
  }

  #hand(from: PeerId, message: AppendEntries): void {
    const { leader, term } = message;
    const before = this.#untaken!.message;
    // One that leads again in a later term may have lost its log, or have followed another meanwhile.
    if (leader !== before.leader || term !== before.term) this.#state.emit({ kind: "syncLeader", leader });
    this.#untaken = { from, message };
    this.#state.emit({ kind: "leaderSent", gap: this.#gapOf(message) });
  }

  #take(from: PeerId, message: AppendEntries, { held, conflictAt, isProven }: LogMatch & { kind: "joins" }): void {
    const state = this.#state;
    const { entries, fingerprint, prev } = message;
    if (conflictAt !== undefined && !this.#revert(conflictAt, from, message)) return;
    if (this.#isAheadForGood(message)) return this.#diverge(state.committed.index, from, message);
    state.isOnline = true;
    this.#suspectAt = undefined;
    if (isProven && prev.index > 0) this.#isDisputed = false;
    if (fingerprint !== undefined) state.log.adoptFingerprint(prev.index, fingerprint);
    if (held < entries.length) {
      state.log.append(held === 0 ? entries : entries.slice(held));
      if (state.rules.tellsEverything) state.tellLogPosition();
    }
    // What is behind the leader's entries may be another's: with guards it does not count.
    if (isGuarded(state.rules.quorums)) this.#acknowledge(from, message.term, prev.index + entries.length);
    else if (entries.length > 0) this.#acknowledge(from, message.term, state.log.last().index);
    state.commitUpTo(message.leaderCommit);
  }

  #begin(from: PeerId, message: AppendEntries, match: Exclude<LogMatch, { kind: "joins" }>): void {
    this.#state.isOnline = false;
    if (match.kind === "conflicts" && !this.#revert(match.at, from, message)) return;
    if (match.kind === "differs") {
      this.#isDisputed = true;
      if (!this.#revertSuspect(from, message)) return;
    }
    this.#phase = "syncing";
    this.#untaken = { from, message };
    this.#state.emit({ kind: "beginSync", leader: message.leader, gap: this.#gapOf(message) });
  }

  /** Something up to `prev` is another than the leader's: what is not committed goes; if that was not it, the rest is. */
  #revertSuspect(from: PeerId, message: AppendEntries): boolean {
    const { index } = this.#state.committed;
    if (message.prev.index <= index) return this.#revert(message.prev.index, from, message);
    if (this.#suspectAt === index && index > 0) return this.#revert(index, from, message);
    this.#suspectAt = index;
    return this.#revert(index + 1, from, message);
  }

  /** Takes our entries from `at` on away. @returns whether none of them is committed; else this member has diverged */
  #revert(at: Index, from: PeerId, message: AppendEntries): boolean {
    const { committed, log, rules } = this.#state;
    if (at <= committed.index && rules.protectsCommitted) {
      this.#diverge(at, from, message);
      return false;
    }
    const { entries } = log.slice({ start: at, end: log.last().index });
    if (entries.length === 0) return true;
    log.truncate(at);
    this.#state.emit({ kind: "reverted", from: at, entries });
    if (rules.tellsEverything) this.#state.tellLogPosition();
    return true;
  }

  #diverge(index: Index, from: PeerId, message: AppendEntries): void {
    this.#phase = "diverged";
    this.#untaken = { from, message };
    this.#aheadSinceMs = undefined;
    this.#state.isOnline = false;
    const term = this.#state.log.termAt(index) ?? 0;
    this.#state.emit({ kind: "diverged", at: { term, index }, peer: from });
  }

  /**
   * Whether the leader lacks what is committed here: its heartbeats tell the end of its log. Only after a while, because a snapshot of
   * another member may overtake a heartbeat that is under way.
   */
  #isAheadForGood({ entries, prev }: AppendEntries): boolean {
    const { committed, config, nowMs, rules } = this.#state;
    if (prev.index >= committed.index || !rules.protectsCommitted) this.#aheadSinceMs = undefined;
    else if (entries.length === 0) this.#aheadSinceMs ??= nowMs;
    return this.#aheadSinceMs !== undefined && nowMs - this.#aheadSinceMs >= config.electionTimeoutMs;
  }

  #acknowledge(to: PeerId, term: Term, lastIndex: Index): void {
    const vote = this.#isObserver() ? "abstained" : "granted";
    this.#state.send(to, { kind: "appendEntriesResponse", term, lastIndex, vote });
  }

  #isObserver(): boolean {
    return this.#state.preference().kind === "observer";
  }

  #gapOf({ prev, leaderCommit, entries }: AppendEntries): SyncGap {
    return { prev, leaderCommit, entries, isDisputed: this.#isDisputed };
  }
}
