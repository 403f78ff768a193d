import { compareCursors, type Term } from "../../../src/groups/positions.js";
import type { RaftOutput } from "../../../src/groups/raft/io.js";
import type { SimulatedBonds } from "./bonds.js";
import type { Member } from "./member.js";
import type { MemberInput } from "./observer.js";
import { numberOf } from "./member-ids.js";
import type { ViolationKind } from "./violations.js";

interface Candidacy {
  readonly term: Term;
  readonly requested: ReadonlySet<number>;
  readonly granted: Set<number>;
  readonly abstained: Set<number>;
}

/** What one life of a member does in elections: counts the votes that it gets, and watches those that it gives. */
export class Elections {
  readonly #member: Member;
  readonly #bonds: SimulatedBonds;
  readonly #complain: (kind: ViolationKind, text: string) => void;
  readonly #votes = new Map<Term, number>();
  #candidacy: Candidacy | undefined;

  constructor(member: Member, bonds: SimulatedBonds, complain: (kind: ViolationKind, text: string) => void) {
    this.#member = member;
    this.#bonds = bonds;
    this.#complain = complain;
  }

  stepped(input: MemberInput, outputs: readonly RaftOutput[]): void {
    this.#countVote(input);
    for (const output of outputs) {
      if (output.kind === "broadcast" && output.message.kind === "requestVote") this.#stand(output.message.term);
      if (output.kind !== "send" || output.message.kind !== "requestVoteResponse") continue;
      if (output.message.vote === "granted") this.#grant(output.message.term, numberOf(output.to), input);
    }
  }

  /** The member leads. @returns who has granted its vote */
  won(term: Term): ReadonlySet<number> {
    // A candidate with nobody to ask leads in the same step.
    if (this.#candidacy?.term !== term) this.#stand(term);
    const { requested, granted, abstained } = this.#candidacy!;
    const quorum = Math.floor((requested.size + 1 - abstained.size) / 2) + 1;
    if (granted.size < quorum) {
      this.#complain("ledWithoutQuorum", `${granted.size} of ${quorum} votes in term ${term}`);
    }
    return granted;
  }

  #countVote(input: MemberInput): void {
    if (input.kind !== "message" || input.message.kind !== "requestVoteResponse") return;
    const { term, vote } = input.message;
    const from = numberOf(input.from);
    const candidacy = this.#candidacy;
    if (candidacy?.term !== term || !candidacy.requested.has(from)) return;
    if (vote === "granted") candidacy.granted.add(from);
    else if (vote === "abstained") candidacy.abstained.add(from);
  }

  #stand(term: Term): void {
    if (this.#candidacy?.term === term) return;
    const { number } = this.#member;
    const requested = new Set(this.#bonds.peersOf(number));
    this.#candidacy = { term, requested, granted: new Set([number]), abstained: new Set() };
    this.#vote(term, number);
  }

  /** Only to a candidate whose log ends where ours does. */
  #grant(term: Term, to: number, input: MemberInput): void {
    this.#vote(term, to);
    if (input.kind !== "message" || input.message.kind !== "requestVote") return;
    const { position } = input.message;
    if (compareCursors(this.#member.log.last(), position) === 0) return;
    this.#complain("votedUnequal", `for a candidate at ${position.index} in term ${term}`);
  }

  #vote(term: Term, candidate: number): void {
    const before = this.#votes.get(term);
    if (before !== undefined && before !== candidate) {
      this.#complain("votedTwice", `in term ${term}, for ${before} and ${candidate}`);
    }
    this.#votes.set(term, candidate);
  }
}
