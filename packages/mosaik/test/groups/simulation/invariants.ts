import { compareCursors, type Index, type Term } from "../../../src/groups/positions.js";
import type { RaftMessage } from "../../../src/groups/raft/messages.js";
import type { RaftOutput } from "../../../src/groups/raft/io.js";
import { Lineages, type Lineage } from "./lineages.js";
import { numberOf, type Member, type MemberInput, type MemberObserver } from "./member.js";
import type { SimulatedBonds } from "./bonds.js";
import { Violation, type ViolationKind } from "./violations.js";

interface Candidacy {
  readonly term: Term;
  readonly requested: ReadonlySet<number>;
  readonly granted: Set<number>;
  readonly abstained: Set<number>;
}

/** What is remembered of one life of a member. */
interface Watched {
  committed: Index;
  term: Term;
  readonly votes: Map<Term, number>;
  candidacy: Candidacy | undefined;
  /** The lineage that it leads. */
  leads: Lineage | undefined;
  /** The lineage that it follows. */
  follows: Lineage | undefined;
}

/** Looks at every step of every member, and compares what the members have with what they tell each other. */
export class Invariants implements MemberObserver {
  readonly #bonds: SimulatedBonds;
  readonly #report: (violation: Violation, member: Member) => void;
  readonly #lineages = new Lineages();
  readonly #watched = new WeakMap<Member, Watched>();

  /** @param report throws, or counts it */
  constructor(bonds: SimulatedBonds, report: (violation: Violation, member: Member) => void) {
    this.#bonds = bonds;
    this.#report = report;
  }

  stepped(member: Member, input: MemberInput, outputs: readonly RaftOutput[]): void {
    const watched = this.#of(member);
    this.#checkPositions(member, watched, input);
    this.#checkRemovals(member, watched, outputs);
    this.#noteVotes(watched, input);
    this.#checkGrant(member, input, outputs);
    this.#checkRole(member, watched, outputs);
    this.#checkFollowing(member, watched, input);
    for (const output of outputs) {
      if (output.kind === "send") this.#checkMessage(member, watched, output.message, numberOf(output.to));
      else if (output.kind === "broadcast") this.#checkMessage(member, watched, output.message, undefined);
      else if (output.kind === "commit") this.#checkCommit(member, watched, output.upTo);
      else if (output.kind === "assigned") this.#checkAssigned(member, output);
    }
  }

  settled(member: Member): void {
    const { core, host, log, machine } = member;
    const { index } = host.committed;
    if (index !== machine.order.length || machine.hash !== log.hashes[index]) {
      this.#violated(member, "appliedAnotherLog", `its machine stands at ${machine.order.length}, its log at ${index}`);
    }
    if (core.committed.index !== index && machine.order.length > 0 && core.committed.index < index) {
      this.#violated(member, "appliedAnotherLog", `applied up to ${index}, committed up to ${core.committed.index}`);
    }
  }

  /** The log is empty again, by the member's own report. */
  wasRebuilt(member: Member): void {
    const watched = this.#of(member);
    member.log.takeRemovals();
    member.sessionTruncated = undefined;
    watched.committed = 0;
    watched.leads = undefined;
  }

  #of(member: Member): Watched {
    let watched = this.#watched.get(member);
    if (watched === undefined) {
      watched = { committed: 0, term: 0, votes: new Map(), candidacy: undefined, leads: undefined, follows: undefined };
      this.#watched.set(member, watched);
    }
    return watched;
  }

  #checkPositions(member: Member, watched: Watched, input: MemberInput): void {
    const { core } = member;
    if (input.kind === "rebuilt") this.wasRebuilt(member);
    else if (core.committed.index < watched.committed) {
      this.#violated(member, "committedBackwards", `from ${watched.committed} to ${core.committed.index}`);
    }
    if (core.term < watched.term) {
      this.#violated(member, "termBackwards", `from ${watched.term} to ${core.term}`);
    }
    watched.term = core.term;
  }

  /** What went off the end of the log must be told, and was never committed. */
  #checkRemovals(member: Member, watched: Watched, outputs: readonly RaftOutput[]): void {
    for (const { from, entries } of member.log.takeRemovals()) {
      if (from <= watched.committed) {
        this.#violated(member, "committedTruncated", `from ${from}, committed up to ${watched.committed}`);
      }
      if (member.sessionTruncated !== undefined && member.sessionTruncated <= from) continue;
      const isTold = outputs.some((output) => {
        if (output.kind === "diverged") return true;
        return output.kind === "reverted" && output.from === from && output.entries.length === entries.length;
      });
      if (!isTold) this.#violated(member, "unreportedRevert", `${entries.length} entries from ${from}`);
    }
    member.sessionTruncated = undefined;
    watched.committed = Math.max(watched.committed, member.core.committed.index);
  }

  #noteVotes({ candidacy }: Watched, input: MemberInput): void {
    if (input.kind !== "message" || input.message.kind !== "requestVoteResponse") return;
    const { term, vote } = input.message;
    const from = numberOf(input.from);
    if (candidacy?.term !== term || !candidacy.requested.has(from)) return;
    if (vote === "granted") candidacy.granted.add(from);
    else if (vote === "abstained") candidacy.abstained.add(from);
  }

  /** Granted only to a candidate whose log ends where ours does. */
  #checkGrant(member: Member, input: MemberInput, outputs: readonly RaftOutput[]): void {
    if (input.kind !== "message" || input.message.kind !== "requestVote") return;
    const { position, term } = input.message;
    const isGranted = outputs.some(({ kind, ...output }) => {
      const message = kind === "send" ? (output as { message: RaftMessage }).message : undefined;
      return message?.kind === "requestVoteResponse" && message.vote === "granted";
    });
    if (!isGranted || compareCursors(member.log.last(), position) === 0) return;
    this.#violated(member, "votedUnequal", `for a candidate at ${position.index} in term ${term}`);
  }

  #checkRole(member: Member, watched: Watched, outputs: readonly RaftOutput[]): void {
    const { core, log, number } = member;
    const { leads } = watched;
    if (leads !== undefined && core.role === "leader" && core.term === leads.term) {
      if (!leads.grow(log.hashes)) this.#violated(member, "leaderRewroteItsLog", `at ${leads.end}`);
      return;
    }
    watched.leads = undefined;
    // A candidate with nobody to ask leads in the same step.
    for (const output of outputs) {
      if (output.kind === "broadcast" && output.message.kind === "requestVote")
        this.#stand(member, watched, output.message.term);
    }
    if (core.role !== "leader") return;
    if (watched.candidacy?.term !== core.term) this.#stand(member, watched, core.term);
    const { requested, granted, abstained } = watched.candidacy!;
    const quorum = Math.floor((requested.size + 1 - abstained.size) / 2) + 1;
    if (granted.size < quorum) {
      this.#violated(member, "ledWithoutQuorum", `${granted.size} of ${quorum} votes in term ${core.term}`);
    }
    watched.leads = this.#lineages.found(core.term, number, member.incarnation, log.hashes);
    watched.leads.committed = watched.committed;
    for (const voter of granted) watched.leads.acknowledged.set(voter, watched.leads.end);
  }

  #stand(member: Member, watched: Watched, term: Term): void {
    if (watched.candidacy?.term === term) return;
    const requested = new Set(this.#bonds.peersOf(member.number));
    watched.candidacy = { term, requested, granted: new Set([member.number]), abstained: new Set() };
    this.#vote(member, watched, term, member.number);
  }

  #vote(member: Member, { votes }: Watched, term: Term, candidate: number): void {
    const before = votes.get(term);
    if (before !== undefined && before !== candidate) {
      this.#violated(member, "votedTwice", `in term ${term}, for ${before} and ${candidate}`);
    }
    votes.set(term, candidate);
  }

  /** Who counts itself up to date has the leader's log, up to where the leader's message ends. */
  #checkFollowing(member: Member, watched: Watched, input: MemberInput): void {
    if (input.kind !== "message" || input.message.kind !== "appendEntries") return;
    const { core, log } = member;
    const { term, prev, entries } = input.message;
    if (core.term !== term || core.leader !== input.from || core.role !== "follower") return;
    watched.follows = this.#lineages.get(term, numberOf(input.from), input.sender ?? 0);
    if (!core.isOnline || watched.follows === undefined) return;
    const end = prev.index + entries.length;
    if (!watched.follows.agrees(log.hashes, Math.min(end, log.last().index))) {
      this.#violated(member, "onlineOnAnotherLog", `than its leader ${numberOf(input.from)} up to ${end}`);
    }
  }

  #checkMessage(member: Member, watched: Watched, message: RaftMessage, to: number | undefined): void {
    const { log, number } = member;
    switch (message.kind) {
      case "requestVoteResponse":
        if (message.vote === "granted") this.#vote(member, watched, message.term, to!);
        return;
      case "appendEntriesResponse": {
        const { follows } = watched;
        if (message.vote !== "granted" || follows === undefined) return;
        if (follows.leader !== to || follows.term !== message.term) return;
        const { lastIndex } = message;
        if (log.last().index < lastIndex || !follows.agrees(log.hashes, lastIndex)) {
          this.#violated(member, "falseAcknowledgement", `of ${lastIndex} to ${to}, whose log ends at ${follows.end}`);
        }
        follows.acknowledged.set(number, Math.max(lastIndex, follows.acknowledged.get(number) ?? 0));
        return;
      }
      default:
    }
  }

  #checkCommit(member: Member, watched: Watched, upTo: Index): void {
    const { core, log, number } = member;
    if (upTo > log.last().index) {
      this.#violated(member, "committedAnotherLog", `up to ${upTo}, but its log ends at ${log.last().index}`);
    }
    if (core.role !== "leader" || watched.leads === undefined) {
      const { follows } = watched;
      if (follows === undefined) return;
      if (!follows.agrees(log.hashes, upTo)) {
        this.#violated(member, "committedAnotherLog", `than its leader ${follows.leader} up to ${upTo}`);
      }
      if (upTo > follows.committed) {
        this.#violated(member, "committedAheadOfLeader", `${upTo}, where ${follows.leader} is at ${follows.committed}`);
      }
      return;
    }
    watched.leads.committed = Math.max(upTo, watched.leads.committed);
    const { acknowledged } = watched.leads;
    const voters = [...core.committee().voters.keys()].map(numberOf);
    const holders = voters.filter((voter) => voter === number || (acknowledged.get(voter) ?? 0) >= upTo);
    if (holders.length < Math.floor(voters.length / 2) + 1) {
      this.#violated(
        member,
        "committedWithoutQuorum",
        `${upTo} is held by ${holders.length} of ${voters.length} voters`,
      );
    }
  }

  #checkAssigned(member: Member, output: Extract<RaftOutput, { kind: "assigned" }>): void {
    if (member.core.role !== "leader") return;
    const { commands, encoded } = member.proposals.get(output.proposal)!;
    const { start, end } = output.range;
    const isThere = encoded.every((command, i) => {
      const entry = member.log.get(start + i);
      return entry !== undefined && command.every((byte, at) => entry.command[at] === byte);
    });
    if (!isThere || end - start + 1 !== commands.length) {
      this.#violated(member, "assignedAnotherPlace", `${commands.join()} is not at ${start} to ${end}`);
    }
  }

  #violated(member: Member, kind: ViolationKind, text: string): void {
    this.#report(new Violation(kind, `member ${member.number}, life ${member.incarnation}, ${text}`), member);
  }
}
