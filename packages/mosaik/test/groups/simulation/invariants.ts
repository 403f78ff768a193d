import type { Index, Term } from "../../../src/groups/positions.js";
import type { QueryResponse, RaftMessage } from "../../../src/groups/raft/messages.js";
import type { RaftOutput } from "../../../src/groups/raft/io.js";
import type { Agreement } from "./agreement.js";
import { Elections } from "./elections.js";
import type { Hazard } from "./hazards.js";
import { Lineages, type Lineage } from "./lineages.js";
import type { Member } from "./member.js";
import type { MemberInput, MemberObserver } from "./observer.js";
import { numberOf } from "./member-ids.js";
import type { SimulatedBonds } from "./bonds.js";
import { QueryChecks } from "./query-checks.js";
import { Violation, type ViolationKind } from "./violations.js";

/** What is remembered of one life of a member. */
interface Watched {
  committed: Index;
  term: Term;
  readonly elections: Elections;
  /** The lineage that it leads. */
  leads: Lineage | undefined;
  /** The lineage that it follows. */
  follows: Lineage | undefined;
}

/** Looks at every step of every member, and compares what the members have with what they tell each other. */
export class Invariants implements MemberObserver {
  readonly #bonds: SimulatedBonds;
  readonly #report: (violation: Violation) => void;
  readonly #count: (hazard: Hazard, how: string) => void;
  readonly #queries = new QueryChecks();
  readonly #lineages = new Lineages();
  readonly #agreement: Agreement | undefined;
  readonly #watched = new WeakMap<Member, Watched>();

  /**
   * @param report throws, or counts it
   * @param count counts what is allowed where a group stays available in all its parts
   * @param agreement where it does not
   */
  constructor(
    bonds: SimulatedBonds,
    report: (violation: Violation) => void,
    count: (hazard: Hazard, how: string) => void,
    agreement: Agreement | undefined,
  ) {
    this.#agreement = agreement;
    this.#bonds = bonds;
    this.#report = report;
    this.#count = count;
  }

  stepped(member: Member, input: MemberInput, outputs: readonly RaftOutput[]): void {
    const watched = this.#of(member);
    this.#checkPositions(member, watched, input);
    this.#checkRemovals(member, watched, outputs);
    watched.elections.stepped(input, outputs);
    this.#checkRole(member, watched);
    this.#checkFollowing(member, watched, input);
    if (input.kind === "query") this.#queries.asked(member, input.id, watched.leads ?? watched.follows);
    for (const output of outputs) {
      if (output.kind === "send" && output.message.kind === "queryResponse") this.#countAnswer(watched, output.message);
      else if (output.kind === "send") this.#checkMessage(member, watched, output.message, numberOf(output.to));
      else if (output.kind === "broadcast") this.#checkMessage(member, watched, output.message, undefined);
      else if (output.kind === "commit") this.#checkCommit(member, watched, output.upTo);
      else if (output.kind === "assigned") this.#checkAssigned(member, output);
      else if (output.kind === "queryResult") this.#checkAnswer(member, watched, input, output);
    }
  }

  /** The member has confirmed what is at `index`. */
  executed(member: Member, index: Index): void {
    this.#queries.executed(member, index);
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
      const elections = new Elections(member, this.#bonds, (kind, text) => this.#violated(member, kind, text));
      watched = { committed: 0, term: 0, elections, leads: undefined, follows: undefined };
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

  #checkRole(member: Member, watched: Watched): void {
    const { core, log, number } = member;
    const { leads } = watched;
    if (leads !== undefined && core.role === "leader" && core.term === leads.term) {
      if (!leads.grow(log.hashes)) this.#violated(member, "leaderRewroteItsLog", `at ${leads.end}`);
      return;
    }
    watched.leads = undefined;
    if (core.role !== "leader") return;
    const granted = watched.elections.won(core.term);
    this.#agreement?.elected(member, granted);
    watched.leads = this.#lineages.found(core.term, number, member.incarnation, log.hashes);
    watched.leads.committed = watched.committed;
    for (const voter of granted) watched.leads.acknowledged.set(voter, watched.leads.end);
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
      this.#violated(
        member,
        "onlineOnAnotherLog",
        `than its leader ${numberOf(input.from)} up to ${end}`,
        watched.follows,
      );
    }
  }

  /** Who tells its leader that it holds something holds it. */
  #checkMessage(member: Member, { follows }: Watched, message: RaftMessage, to: number | undefined): void {
    if (message.kind !== "appendEntriesResponse" || message.vote !== "granted" || follows === undefined) return;
    if (follows.leader !== to || follows.term !== message.term) return;
    const { log, number } = member;
    const { lastIndex } = message;
    if (log.last().index < lastIndex || !follows.agrees(log.hashes, lastIndex)) {
      const text = `of ${lastIndex} to ${to}, whose log ends at ${follows.end}`;
      this.#violated(member, "falseAcknowledgement", text, follows);
    }
    follows.acknowledged.set(number, Math.max(lastIndex, follows.acknowledged.get(number) ?? 0));
  }

  #checkCommit(member: Member, watched: Watched, upTo: Index): void {
    const { core, log, number } = member;
    this.#agreement?.committed(member, upTo, watched.leads);
    if (upTo > log.last().index) {
      this.#violated(member, "committedAnotherLog", `up to ${upTo}, but its log ends at ${log.last().index}`);
    }
    if (core.role !== "leader" || watched.leads === undefined) {
      const { follows } = watched;
      if (follows === undefined) return;
      if (!follows.agrees(log.hashes, upTo)) {
        this.#violated(member, "committedAnotherLog", `than its leader ${follows.leader} up to ${upTo}`, follows);
      }
      if (upTo > follows.committed) {
        this.#violated(
          member,
          "committedAheadOfLeader",
          `${upTo}, where ${follows.leader} is at ${follows.committed}`,
          follows,
        );
      }
      return;
    }
    watched.leads.committed = Math.max(upTo, watched.leads.committed);
    const { acknowledged } = watched.leads;
    const voters = [...core.committee().voters.keys()].map(numberOf);
    const holders = voters.filter((voter) => voter === number || (acknowledged.get(voter) ?? 0) >= upTo);
    if (2 * holders.length <= this.#bonds.usersUp) this.#count("S11", "a commit that no majority of the members holds");
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
    const { commands, encoded } = member.commands.all.get(output.proposal)!;
    const { start, end } = output.range;
    const isThere = encoded.every((command, i) => {
      const entry = member.log.get(start + i);
      return entry !== undefined && command.every((byte, at) => entry.command[at] === byte);
    });
    if (!isThere || end - start + 1 !== commands.length) {
      this.#violated(member, "assignedAnotherPlace", `${commands.join()} is not at ${start} to ${end}`);
    }
  }

  #countAnswer({ leads }: Watched, { requestId }: QueryResponse): void {
    if (leads !== undefined) this.#queries.answers(requestId, leads);
  }

  #checkAnswer(
    member: Member,
    { leads, follows }: Watched,
    input: MemberInput,
    output: RaftOutput & { kind: "queryResult" },
  ): void {
    const { id, position, result } = output;
    const isGiven = input.kind === "message" && input.message.kind === "queryResponse";
    const giver = isGiven ? this.#queries.giverOf(input.message.requestId) : leads;
    const lineage = giver ?? follows;
    const [count] = member.machine.result.decode(result);
    const fault = this.#queries.answered(member, id, position, count, lineage);
    if (fault === undefined) return;
    if (fault === "stale") this.#count("S10", "a strong answer without what somebody had confirmed before");
    else this.#violated(member, fault, `${count} commands at ${position}, by ${lineage!.leader}`, lineage);
  }

  #violated(member: Member, kind: ViolationKind, text: string, following?: Lineage): void {
    const members = following === undefined ? [member.number] : [member.number, following.leader];
    const concerned = { members, providers: [...member.providers] };
    this.#report(new Violation(kind, `member ${member.number}, life ${member.incarnation}, ${text}`, concerned));
  }
}
