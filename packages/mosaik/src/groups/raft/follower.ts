import type { PeerId } from "../../primitives/index.js";
import type { Term } from "../positions.js";
import { firstElectionDelayMs, returnDelayMs, successionDelayMs } from "./early-election.js";
import { Forwards } from "./forwards.js";
import type { Proposal } from "./io.js";
import type { AppendEntries, RaftMessage } from "./messages.js";
import { isGuarded } from "./quorums.js";
import type { Replication } from "./replication.js";
import type { RaftState } from "./state.js";
import type { Ballot } from "./voting.js";

/** Follows the leader of its term as soon as it hears of one, and stands for election when it hears of none (spec 05 §6.4). */
export class Follower {
  readonly kind = "follower";
  readonly term: Term;
  readonly #state: RaftState;
  readonly #replication: Replication;
  readonly #forwards: Forwards;
  /** The first follower of all, before any election. */
  readonly #isFirst: boolean;
  #electionAtMs: number;
  #earlyElectionAtMs = Infinity;
  /** When it would stand again if those who denied their votes had nothing that it lacks. */
  #retryAtMs = Infinity;
  #heardAtMs = -Infinity;

  constructor(state: RaftState, replication: Replication, term: Term, isFirst = false) {
    this.term = term;
    this.#state = state;
    this.#replication = replication;
    this.#forwards = new Forwards(state);
    this.#isFirst = isFirst;
    state.isOnline = false;
    if (!state.rules.keepsSync) replication.stop();
    this.#electionAtMs = this.#nextElectionMs(isFirst ? state.config.bootstrapDelayMs : 0);
  }

  get deadlineMs(): number {
    return Math.min(this.#electionDueMs(), this.#earlyElectionAtMs, this.#forwards.deadlineMs);
  }

  /** Whether the leader was heard so lately that there is no reason for an election. */
  get hearsLeader(): boolean {
    return this.#state.nowMs - this.#heardAtMs < this.#state.config.electionTimeoutMs;
  }

  /** @returns whether it is time to stand for election */
  tick(): boolean {
    const { nowMs, leader } = this.#state;
    this.#forwards.expire();
    if (nowMs < this.#electionDueMs() && nowMs < this.#earlyElectionAtMs) return false;
    const { isSyncing, isPulling } = this.#replication;
    const isHopeless = isPulling || (isSyncing && leader !== undefined && this.#state.isBonded(leader));
    if (!isHopeless && !this.#isObserver) {
      if (this.#state.hasVoters) return true;
      this.#state.leader = undefined;
      this.#state.isOnline = false;
    }
    this.#restartTimer();
    return false;
  }

  receive(from: PeerId, message: RaftMessage): void {
    switch (message.kind) {
      case "appendEntries":
        return this.#appendEntries(from, message);
      case "commandAck":
        return this.#forwards.acknowledged(message, this.term);
      case "queryResponse":
        return this.#forwards.answered(message);
      default:
    }
  }

  propose(proposals: readonly Proposal[]): void {
    this.#forwards.propose(proposals);
  }

  query(id: number, query: Uint8Array): void {
    this.#forwards.query(id, query);
  }

  /** We have voted on a request of `candidate`. */
  voted({ resetsTimer, isBehind, isAhead }: Ballot, candidate: PeerId): void {
    if (resetsTimer) this.#restartTimer();
    // With guards it may not be elected without our vote, which it has once we have its log.
    if (isAhead && this.#pullsWhenBehind) this.pull([candidate], this.#electionAtMs);
    // Whoever succeeds the leader needs what we have: it is our turn.
    else if (isBehind && this.#isLeaderless) this.#planSuccession();
  }

  /** It was denied the votes that it needed: before it stands again it fetches what they have who denied them. */
  pull(from: readonly PeerId[], retryAtMs: number): void {
    this.#retryAtMs = retryAtMs;
    this.#replication.pull(from);
  }

  /** What the others had more is here, or there was nothing. */
  pulled(): void {
    const { config, nowMs } = this.#state;
    const hasMore = this.#replication.pulled();
    if (!this.#isLeaderless) return;
    const atMs = hasMore ? nowMs + returnDelayMs(config, this.#state.rank()) * this.#reluctance : this.#retryAtMs;
    this.#electionAtMs = Math.min(this.#electionAtMs, Math.max(nowMs, atMs));
  }

  bonded(peer: PeerId): void {
    if (peer === this.#state.leader) {
      this.#state.hasLostLeader = false;
      this.#earlyElectionAtMs = Infinity;
    }
    this.planFirstElection();
  }

  unbonded(peer: PeerId): void {
    this.#forwards.lost(peer);
    if (peer === this.#state.leader) {
      this.#state.hasLostLeader = true;
      // Nothing can be given to it until it, or another leader, is heard: who waits to be online would try over and over.
      this.#state.isOnline = false;
      this.#planSuccession();
    }
    this.planFirstElection();
  }

  /** Bonds or the catalog have changed. A lone member waits for its bootstrap timer: it would become a rival. */
  planFirstElection(): void {
    if (!this.#isFirst || this.#state.leader !== undefined || !this.#state.rules.electsEarly) return;
    const isReady = this.#state.isMeshComplete && this.#state.bonds.length > 0 && this.#isWilling();
    this.#earlyElectionAtMs = isReady
      ? this.#state.nowMs + firstElectionDelayMs(this.#state.config, this.#state.rank())
      : Infinity;
  }

  /** The role ends. Nobody knows what becomes of what was forwarded. */
  end(): void {
    this.#forwards.abandon();
  }

  #appendEntries(from: PeerId, message: AppendEntries): void {
    if (this.#state.rules.staysWithLeader && this.#hearsAnother(message.leader)) return;
    this.#state.leader = message.leader;
    this.#state.hasLostLeader = false;
    this.#heardAtMs = this.#state.nowMs;
    this.#restartTimer();
    this.#replication.accept(from, message);
  }

  #hearsAnother(leader: PeerId): boolean {
    return !this.#isLeaderless && this.#state.leader !== leader && this.hearsLeader;
  }

  #planSuccession(): void {
    if (!this.#state.rules.electsEarly || this.#state.bonds.length === 0) return;
    if (this.#isBehindLeader || this.#isObserver) return;
    const delayMs = successionDelayMs(this.#state.config, this.#state.rank());
    this.#earlyElectionAtMs = this.#state.nowMs + delayMs * this.#reluctance;
  }

  get #isLeaderless(): boolean {
    return this.#state.leader === undefined || this.#state.hasLostLeader;
  }

  /** It lacks what its leader has. Where nobody is known to lead it may have more than the others. */
  get #isBehindLeader(): boolean {
    return this.#replication.isSyncing && this.#state.leader !== undefined;
  }

  get #pullsWhenBehind(): boolean {
    return isGuarded(this.#state.rules.quorums) && this.#isLeaderless && !this.#isObserver;
  }

  get #isObserver(): boolean {
    return this.#state.preference().kind === "observer";
  }

  #isWilling(): boolean {
    return this.#state.preference().kind === "normal";
  }

  #restartTimer(): void {
    this.#earlyElectionAtMs = Infinity;
    this.#electionAtMs = this.#nextElectionMs(0);
  }

  #nextElectionMs(delayMs: number): number {
    return this.#state.nowMs + (this.#state.electionTimeoutMs() + delayMs) * this.#reluctance;
  }

  /** How many times longer than others it waits. */
  get #reluctance(): number {
    const preference = this.#state.preference();
    return preference.kind === "reluctant" ? preference.factor : 1;
  }

  /** Whoever is behind cannot win, and lets the others try first. */
  #electionDueMs(): number {
    if (!this.#isBehindLeader) return this.#electionAtMs;
    return this.#state.rules.keepsSync ? this.#electionAtMs + this.#state.config.electionTimeoutMs : Infinity;
  }
}
