import type { PeerId } from "../../primitives/index.js";
import type { Cursor, Index, IndexRange, Term } from "../positions.js";
import type { LogEntry } from "../storage/storage.js";
import { APPENDED_AT_ONCE_MAX, Backlog, type Proposer } from "./backlog.js";
import { Committee } from "./committee.js";
import { Contacts } from "./contacts.js";
import type { LogGate } from "./gate.js";
import type { Proposal, QueryOrigin } from "./io.js";
import type { AppendEntries, AppendEntriesResponse, ForwardCommand, RaftMessage } from "./messages.js";
import { Proven } from "./proven.js";
import { isGuarded } from "./quorums.js";
import { Rivalry } from "./rivalry.js";
import type { RaftState } from "./state.js";

const NO_ENTRIES: readonly LogEntry[] = [];

/** Puts commands into the log, sends them to all, and commits what the committee holds (spec 05 §6.6). */
export class Leader {
  readonly kind = "leader";
  readonly term: Term;
  readonly committee: Committee;
  readonly #state: RaftState;
  readonly #proven: Proven;
  readonly #contacts: Contacts;
  /** Where the log ended when it was elected. */
  readonly #electedAt: Index;
  readonly #backlog = new Backlog();
  readonly #gate: LogGate | undefined;
  readonly #rivalry: Rivalry;
  #heartbeatAtMs: number;
  #hasLostBonds = false;

  constructor(state: RaftState, term: Term, granters: ReadonlySet<PeerId>) {
    const last = state.log.last().index;
    this.term = term;
    this.#state = state;
    this.committee = new Committee(granters, last);
    this.#proven = new Proven(state.committed.index);
    this.#proven.met(state.bonds.length + 1);
    this.#electedAt = last;
    this.#gate = state.gate();
    this.#rivalry = new Rivalry(state);
    this.#contacts = new Contacts(state.rules.quorums.contacts - 1, state.config.electionTimeoutMs, state.nowMs);
    for (const peer of granters) {
      if (peer === state.localId) continue;
      this.#proven.held(peer, last);
      this.#contacts.heard(peer, state.nowMs);
    }
    this.#heartbeatAtMs = state.nowMs + state.config.heartbeatIntervalMs;
    state.leader = state.localId;
    state.isOnline = true;
    state.hasLostLeader = false;
  }

  get deadlineMs(): number {
    if (!this.#backlog.isEmpty) return this.#state.nowMs;
    return Math.min(this.#heartbeatAtMs, this.#contacts.deadlineMs, this.#rivalry.deadlineMs);
  }

  /** What was committed here without knowing whether a majority has it. */
  get unproven(): IndexRange | undefined {
    if (this.#state.rules.quorums.contacts > 1) return undefined;
    return this.#proven.unproven(this.#state.committed.index);
  }

  /** Whether fewer than a majority of the expected members were heard for one election timeout. */
  get isIsolated(): boolean {
    return this.#state.nowMs >= this.#contacts.deadlineMs;
  }

  /** Whether it is time to stand for election against another leader of this term. */
  get isToBeSettled(): boolean {
    return this.#state.nowMs >= this.#rivalry.deadlineMs;
  }

  /** How many members are bonded and were heard of late, itself among them. */
  get reach(): number {
    return this.#contacts.count((peer) => this.#state.isBonded(peer), this.#state.nowMs) + 1;
  }

  /** The election is won: all hear of it, and of what is committed by it. */
  announce(): void {
    if (!this.#state.rules.announcesAtOnce) return;
    this.#advance();
    this.#heartbeat();
  }

  tick(): void {
    this.#appendNext();
    if (this.#state.nowMs < this.#heartbeatAtMs) return;
    if (this.#state.rules.reviewsCommittee) this.#review();
    this.#heartbeat();
  }

  receive(from: PeerId, message: RaftMessage): void {
    switch (message.kind) {
      case "appendEntriesResponse":
        return this.#acknowledged(from, message);
      case "command":
        return this.#forwarded(from, message);
      case "query":
        return this.#answer({ kind: "member", peer: from, requestId: message.requestId }, message.query);
      default:
    }
  }

  propose(proposals: readonly Proposal[]): void {
    const commands: Uint8Array[] = [];
    for (let i = 0; i < proposals.length; i++) {
      const { id, commands: more } = proposals[i]!;
      if (more.length === 0) this.#state.emit({ kind: "rejected", proposal: id, outcome: "notSent" });
      for (let k = 0; k < more.length; k++) commands.push(more[k]!);
    }
    this.#take(commands, { kind: "local", proposals });
  }

  query(id: number, query: Uint8Array): void {
    this.#answer({ kind: "local", id }, query);
  }

  bonded(peer: PeerId): void {
    this.#proven.met(this.#state.bonds.length + 1);
    if (this.#state.rules.announcesAtOnce) this.#state.send(peer, this.#message(this.#state.log.last(), NO_ENTRIES));
  }

  unbonded(): void {
    this.#hasLostBonds = true;
    if (this.#state.rules.reviewsCommittee && this.#review()) this.#heartbeat();
  }

  /** The last word of a leader that goes: what is committed. */
  leave(): void {
    this.#heartbeat();
    this.end();
  }

  /** The role ends. Who forwarded what still waits hears nothing: it knows no outcome. */
  end(): void {
    for (const { proposer, appendedCount } of this.#backlog.clear()) {
      if (proposer.kind === "member") continue;
      const outcome = appendedCount === 0 ? "notSent" : "unknown";
      for (const { id } of proposer.proposals) this.#state.emit({ kind: "rejected", proposal: id, outcome });
    }
  }

  /** Another leads in our term. One with a better log that has not heard of us yet hears of us. */
  challengedBy(from: PeerId, message: AppendEntries): void {
    if (this.#rivalry.heard(message)) this.#state.send(from, this.#message(this.#state.log.last(), NO_ENTRIES));
  }

  #forwarded(from: PeerId, { commands, requestId }: ForwardCommand): void {
    this.#take(commands, { kind: "member", peer: from, requestId });
  }

  /** Appends commands at once, unless they are very many or others wait: then they are appended in the next steps, in order. */
  #take(commands: readonly Uint8Array[], proposer: Proposer): void {
    if (commands.length === 0) return;
    if (this.#backlog.isEmpty && commands.length <= APPENDED_AT_ONCE_MAX) {
      this.#assign(this.#state.log.last().index + 1, commands.length, proposer);
      return this.#append(commands, proposer);
    }
    this.#backlog.add(commands, proposer);
    while (this.#backlog.isOverfull) this.#appendNext();
  }

  #appendNext(): void {
    const next = this.#backlog.take();
    if (next === undefined) return;
    const { batch, commands, isWhole } = next;
    const { length } = batch.commands;
    if (isWhole) this.#assign(this.#state.log.last().index + 1 + commands.length - length, length, batch.proposer);
    this.#append(commands, batch.proposer);
  }

  /** Tells whoever proposed commands where they are. */
  #assign(start: Index, count: number, proposer: Proposer): void {
    if (proposer.kind === "member") {
      const { peer, requestId } = proposer;
      if (requestId === undefined) return;
      return this.#state.send(peer, { kind: "commandAck", requestId, assigned: { start, end: start + count - 1 } });
    }
    const { term } = this;
    let next = start;
    for (const { id, commands } of proposer.proposals) {
      if (commands.length === 0) continue;
      const range = { start: next, end: next + commands.length - 1 };
      this.#state.emit({ kind: "assigned", proposal: id, range, term });
      next = range.end + 1;
    }
  }

  #append(proposed: readonly Uint8Array[], proposer: Proposer): void {
    const commands = this.#admit(proposed, proposer);
    const { log, localId, rules } = this.#state;
    const { term } = this;
    const prev = log.last();
    const entries: LogEntry[] = new Array<LogEntry>(commands.length);
    for (let i = 0; i < commands.length; i++) entries[i] = { term, command: commands[i]! };
    if (this.#state.bonds.length > 0) this.#replicate(prev, entries);
    const last = log.append(entries);
    this.#state.tellLogPosition();
    this.#dropLost();
    this.committee.grant(localId, last);
    this.#heartbeatAtMs = this.#state.nowMs + this.#state.config.heartbeatIntervalMs;
    if (this.#advance() && rules.reviewsCommittee) this.#heartbeat();
  }

  /** What gets into the log: in place of what is refused, something that does no harm, so that all others have their places. */
  #admit(commands: readonly Uint8Array[], proposer: Proposer): readonly Uint8Array[] {
    if (this.#gate === undefined) return commands;
    const admitted = this.#gate.admit(commands);
    let count = 0;
    for (let i = 0; i < commands.length; i++) if (admitted[i] !== commands[i]) count++;
    const from = proposer.kind === "member" ? proposer.peer : this.#state.localId;
    if (count > 0) this.#state.emit({ kind: "refused", from, count });
    return admitted;
  }

  /** Sends entries to all, in several messages if they are many. */
  #replicate(prev: Cursor, entries: readonly LogEntry[]): void {
    const { entriesPerMessageMax, bytesPerMessageMax } = this.#state.rules;
    let from = prev;
    let start = 0;
    let bytes = 0;
    for (let i = 0; i < entries.length; i++) {
      const { length } = entries[i]!.command;
      if (i > start && (i - start >= entriesPerMessageMax || bytes + length > bytesPerMessageMax)) {
        this.#state.broadcast(this.#message(from, entries.slice(start, i)));
        from = { term: this.term, index: prev.index + i };
        start = i;
        bytes = 0;
      }
      bytes += length;
    }
    this.#state.broadcast(this.#message(from, start === 0 ? entries : entries.slice(start)));
  }

  #acknowledged(from: PeerId, { vote, lastIndex }: AppendEntriesResponse): void {
    const { log, rules } = this.#state;
    if (vote === "abstained") this.committee.remove(from);
    this.#dropLost();
    if (vote === "granted") {
      this.#contacts.heard(from, this.#state.nowMs);
      const index = Math.min(lastIndex, log.last().index);
      this.#proven.held(from, index);
      // Whoever is new here has just caught up, and hears at once that it is on line.
      if (this.committee.grant(from, index) && rules.announcesAtOnce) {
        this.#state.send(from, this.#message(log.last(), NO_ENTRIES));
      }
    }
    if (this.#advance()) this.#heartbeat();
  }

  #answer(origin: QueryOrigin, query: Uint8Array): void {
    const { committed, rules } = this.#state;
    // Another leader may have confirmed what is not known to be committed here yet.
    if (isGuarded(rules.quorums) && committed.index < this.#electedAt) {
      if (origin.kind === "local") this.#state.emit({ kind: "queryFailed", id: origin.id, outcome: "notSent" });
      return;
    }
    this.#state.emit({ kind: "answerQuery", origin, query });
  }

  /** @returns whether more is committed */
  #review(): boolean {
    this.#dropLost();
    return this.#advance();
  }

  #dropLost(): void {
    if (!this.#hasLostBonds) return;
    this.#hasLostBonds = false;
    this.committee.retain((peer) => peer === this.#state.localId || this.#state.isBonded(peer));
  }

  #advance(): boolean {
    const { quorums } = this.#state.rules;
    const index = this.committee.quorumIndex();
    if (!isGuarded(quorums)) return this.#state.commitUpTo(index);
    const held = Math.min(index, this.committee.indexHeldBy(quorums.holders));
    return this.#state.commitUpTo(this.#isForGood(held) ? held : this.committee.indexHeldBy(quorums.members));
  }

  /**
   * Whether what a quorum holds stays. Another leader of a term between the entry's and ours may have left a log that ends later, which
   * whoever is elected next may take from it (Raft §5.4.2): then only an entry of ours commits what is before it, or that all hold it.
   */
  #isForGood(index: Index): boolean {
    const { committed, log } = this.#state;
    return index > committed.index && log.termAt(index)! >= this.term - 1;
  }

  #heartbeat(): void {
    this.#heartbeatAtMs = this.#state.nowMs + this.#state.config.heartbeatIntervalMs;
    this.#state.broadcast(this.#message(this.#state.log.last(), NO_ENTRIES));
  }

  #message(prev: Cursor, entries: readonly LogEntry[]): AppendEntries {
    const { localId: leader, committed, log, rules } = this.#state;
    const fingerprint = rules.usesFingerprints ? log.fingerprintAt(prev.index) : undefined;
    return {
      kind: "appendEntries",
      term: this.term,
      leader,
      prev,
      entries,
      leaderCommit: committed.index,
      fingerprint,
    };
  }
}
