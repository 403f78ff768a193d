import type { PeerId } from "../../primitives/index.js";
import type { Cursor, Index, IndexRange, Term } from "../positions.js";
import { Candidate } from "./candidate.js";
import { Follower } from "./follower.js";
import type { RaftInput, RaftOutput, RaftRole } from "./io.js";
import { Leader } from "./leader.js";
import type { RaftMessage, RequestVote } from "./messages.js";
import { isGuarded } from "./quorums.js";
import { Replication } from "./replication.js";
import { RaftState, type RaftCoreOptions } from "./state.js";
import { judge } from "./voting.js";

export type { RaftCoreOptions } from "./state.js";

/** Who votes on commits and who only acknowledges, each with the last place that it acknowledged. */
export interface CommitteeView {
  readonly voters: ReadonlyMap<PeerId, Index>;
  readonly nonVoters: ReadonlyMap<PeerId, Index>;
}

const NO_COMMITTEE: CommitteeView = { voters: new Map(), nonVoters: new Map() };

/**
 * One member of a group, as far as the log is concerned (spec 05 §6). Knows no clock, no peer object and no promise: it is told what
 * happens and says what is to be done.
 */
export class RaftCore {
  readonly #state: RaftState;
  readonly #replication: Replication;
  #role: Follower | Candidate | Leader;
  #hasLeft = false;
  /** What this node committed as a leader without knowing that others have it; told when another leads. */
  #unproven: IndexRange | undefined;

  constructor(options: RaftCoreOptions) {
    this.#state = new RaftState(options);
    this.#replication = new Replication(this.#state);
    this.#role = new Follower(this.#state, this.#replication, 0, true);
  }

  /** When a `tick` is due, in ms of the clock of `step`. */
  get deadlineMs(): number {
    return this.#hasLeft ? Infinity : this.#role.deadlineMs;
  }

  get role(): RaftRole {
    return this.#role.kind;
  }

  get term(): Term {
    return this.#role.term;
  }

  get leader(): PeerId | undefined {
    return this.#state.leader;
  }

  get isOnline(): boolean {
    return this.#state.isOnline;
  }

  /** Includes what the outputs of the last step tell to apply. */
  get committed(): Cursor {
    return this.#state.committed;
  }

  get isSyncing(): boolean {
    return this.#replication.isSyncing;
  }

  /** Empty unless this node leads. */
  committee(): CommitteeView {
    return this.#role.kind === "leader" ? this.#role.committee : NO_COMMITTEE;
  }

  /**
   * @param nowMs the clock that never goes back
   * @returns what is to be done, in this order, before the next step
   */
  step(input: RaftInput, nowMs: number): readonly RaftOutput[] {
    this.#state.nowMs = nowMs;
    if (this.#hasLeft) this.#refuse(input);
    else this.#dispatch(input);
    this.#state.isWaitingForQuorum = this.#lacksOthers();
    return this.#state.takeOutputs();
  }

  #dispatch(input: RaftInput): void {
    const state = this.#state;
    const role = this.#role;
    switch (input.kind) {
      case "message":
        return this.#receive(input.from, input.message);
      case "propose":
        return role.propose(input.proposals);
      case "query":
        return role.query(input.id, input.query);
      case "answered":
        return this.#answered(input);
      case "tick":
        return this.#tick();
      case "bonded":
        state.addBond(input.peer);
        if (role.kind !== "candidate") role.bonded(input.peer);
        return;
      case "unbonded":
        return this.#unbonded(input.peer);
      case "mesh":
        state.isMeshComplete = input.isComplete;
        if (role.kind === "follower") role.planFirstElection();
        return;
      case "synced":
        return this.#replication.synced(this.term);
      case "pulled":
        if (role.kind === "follower") role.pulled();
        return;
      case "installed":
        return this.#replication.installed(input.cursor);
      case "rebuilt":
        return this.#replication.rebuilt(role.kind === "follower" ? role.term : undefined);
      case "leave":
        return this.#leave();
    }
  }

  #tick(): void {
    const role = this.#role;
    if (role.kind === "leader") {
      if (role.isIsolated) this.#follow(role.term, undefined);
      else if (role.isToBeSettled) this.#standAgainstRival(role);
      else role.tick();
    } else if (role.kind === "follower") {
      if (role.tick()) this.#campaign(role.term + 1);
    } else if (this.#state.nowMs >= role.deadlineMs && !this.#givesUp(role)) {
      if (this.#state.hasVoters) this.#campaign(role.term + 1);
      else this.#follow(role.term, undefined);
    }
  }

  #unbonded(peer: PeerId): void {
    const role = this.#role;
    this.#state.removeBond(peer);
    if (role.kind !== "candidate") role.unbonded(peer);
  }

  /** Whether the guards ask for more others than there are: to commit as a leader, to have one otherwise. */
  #lacksOthers(): boolean {
    const { rules, hasVoters, leader } = this.#state;
    const role = this.#role;
    if (!isGuarded(rules.quorums) || this.#hasLeft) return false;
    if (role.kind === "leader") return role.reach < rules.quorums.holders;
    return leader === undefined && !hasVoters;
  }

  /** The rules for terms, the same for every role (spec 05 §6.2). */
  #receive(from: PeerId, message: RaftMessage): void {
    if ("term" in message) {
      if (this.#keepsTo(message)) return;
      if (message.kind === "appendEntries" && message.leader === this.#state.localId) return;
      if (message.term < this.term) return this.#answerOldTerm(from, message);
      const hasLed = this.#role.kind === "leader" && message.term > this.term;
      if (message.term > this.term) {
        this.#follow(message.term, message.kind === "appendEntries" ? message.leader : undefined);
      }
      if (message.kind === "requestVote") return this.#vote(from, message, hasLed);
      if (message.kind === "appendEntries" && this.#role.kind === "candidate") {
        this.#follow(message.term, message.leader);
      } else if (message.kind === "appendEntries" && this.#role.kind === "leader") {
        this.#role.challengedBy(from, message);
        if (this.#role.isToBeSettled) this.#standAgainstRival(this.#role);
        return;
      }
    }
    const role = this.#role;
    role.receive(from, message);
    if (role.kind !== "candidate") return;
    if (role.isElected) this.#lead(role);
    else if (role.election.isLost) this.#givesUp(role);
  }

  /** Whether a request is ignored because the leader was heard just now. One that stands itself does not lead any more. */
  #keepsTo(message: RaftMessage): boolean {
    if (!this.#state.rules.isSticky || message.kind !== "requestVote" || this.#role.kind !== "follower") return false;
    const { leader, hasLostLeader } = this.#state;
    return leader !== undefined && leader !== message.candidate && !hasLostLeader && this.#role.hearsLeader;
  }

  #answerOldTerm(from: PeerId, message: RaftMessage): void {
    if (!this.#state.rules.answersOldTerms) return;
    const { term } = this;
    if (message.kind === "appendEntries") {
      const lastIndex = this.#state.log.last().index;
      this.#state.send(from, { kind: "appendEntriesResponse", term, lastIndex, vote: "denied" });
    } else if (message.kind === "requestVote") {
      this.#state.send(from, { kind: "requestVoteResponse", term, vote: "denied" });
    }
  }

  /** @param hasLed whether this member led until the request came: if the candidate lacks what it has, it stands again at once */
  #vote(from: PeerId, request: RequestVote, hasLed: boolean): void {
    const { vote, log, preference } = this.#state;
    const ballot = judge(vote, request, log.last(), preference());
    if (ballot.isRecorded) this.#state.vote = { term: request.term, candidate: from };
    this.#state.send(from, { kind: "requestVoteResponse", term: request.term, vote: ballot.vote });
    if (this.#role.kind === "follower") this.#role.voted(ballot, from);
    if (hasLed && ballot.isBehind && this.#state.rules.electsEarly) this.#campaign(request.term + 1);
  }

  /** Whoever denied may have what this candidate lacks: it does not stand again before it has fetched that. @returns whether there is such a member */
  #givesUp({ term, election, deadlineMs }: Candidate): boolean {
    const { deniers } = election;
    if (deniers.length === 0 || !this.#state.rules.pullsWhenDenied) return false;
    this.#follow(term, undefined).pull(deniers, deadlineMs);
    return true;
  }

  #answered({ origin, result, position }: RaftInput & { kind: "answered" }): void {
    if (origin.kind === "member") {
      if (result === undefined) return;
      const { peer, requestId } = origin;
      this.#state.send(peer, { kind: "queryResponse", requestId, result, position });
    } else if (result === undefined) {
      this.#state.emit({ kind: "queryFailed", id: origin.id, outcome: "notSent" });
    } else {
      this.#state.emit({ kind: "queryResult", id: origin.id, result, position });
    }
  }

  #follow(term: Term, leader: PeerId | undefined): Follower {
    this.#endRole();
    this.#state.leader = leader;
    const follower = new Follower(this.#state, this.#replication, term);
    this.#become(follower);
    if (this.#unproven !== undefined) this.#state.emit({ kind: "possiblyReverted", range: this.#unproven });
    this.#unproven = undefined;
    return follower;
  }

  #standAgainstRival(role: Leader): void {
    this.#state.leader = undefined;
    this.#campaign(role.term + 1);
  }

  #campaign(term: Term): void {
    this.#endRole();
    this.#replication.stop();
    const candidate = new Candidate(this.#state, term);
    this.#become(candidate);
    candidate.campaign();
    if (candidate.isElected) this.#lead(candidate);
  }

  #lead({ term, election }: Candidate): void {
    const leader = new Leader(this.#state, term, election.granters);
    this.#unproven = undefined;
    this.#become(leader);
    leader.announce();
  }

  #endRole(): void {
    const role = this.#role;
    if (role.kind === "follower") role.end();
    else if (role.kind === "leader") {
      this.#unproven = role.unproven;
      role.end();
    }
  }

  #become(role: Follower | Candidate | Leader): void {
    this.#role = role;
    this.#state.emit({ kind: "role", role: role.kind, term: role.term });
  }

  #leave(): void {
    const role = this.#role;
    if (role.kind === "leader") role.leave();
    else if (role.kind === "follower") role.end();
    this.#replication.stop();
    this.#hasLeft = true;
    this.#state.isOnline = false;
  }

  /** After leaving nothing is done any more. */
  #refuse(input: RaftInput): void {
    if (input.kind === "query") this.#state.emit({ kind: "queryFailed", id: input.id, outcome: "notSent" });
    if (input.kind !== "propose") return;
    for (const { id } of input.proposals) this.#state.emit({ kind: "rejected", proposal: id, outcome: "notSent" });
  }
}
