import type { PeerId } from "../../primitives/index.js";
import type { Term } from "../positions.js";
import { Election } from "./election.js";
import type { Proposal } from "./io.js";
import type { RaftMessage } from "./messages.js";
import type { RaftState } from "./state.js";
import { canVote } from "./voting.js";

/** Asks the bonded members for their votes (spec 05 §6.5). */
export class Candidate {
  readonly kind = "candidate";
  readonly term: Term;
  readonly deadlineMs: number;
  readonly election: Election;
  readonly #state: RaftState;

  /** @param term at least; later if the vote of that term is given away */
  constructor(state: RaftState, term: Term) {
    this.#state = state;
    this.term = canVote(state.vote, term, state.localId) ? term : state.vote!.term + 1;
    this.deadlineMs = state.nowMs + state.electionTimeoutMs();
    this.election = new Election(state.localId, state.bonds, state.rules.quorums.votes);
    state.vote = { term: this.term, candidate: state.localId };
    state.isOnline = false;
    if (state.rules.tellsEverything) state.leader = undefined;
  }

  /** Asks for the votes. */
  campaign(): void {
    const { localId: candidate, log } = this.#state;
    this.#state.broadcast({ kind: "requestVote", term: this.term, candidate, position: log.last() });
  }

  get isElected(): boolean {
    return this.election.isWon();
  }

  receive(from: PeerId, message: RaftMessage): void {
    if (message.kind === "requestVoteResponse") this.election.record(from, message.vote);
  }

  propose(proposals: readonly Proposal[]): void {
    for (const { id } of proposals) this.#state.emit({ kind: "rejected", proposal: id, outcome: "notSent" });
  }

  query(id: number): void {
    this.#state.emit({ kind: "queryFailed", id, outcome: "notSent" });
  }
}
