import type { CommandName, GroupRecord } from "../../../src/testing/index.js";
import { Hazards, hazardOf } from "../simulation/hazards.js";
import { checkMixedHistory } from "../simulation/mixed-history.js";
import type { Violation } from "../simulation/violations.js";
import type { CrewMember } from "./crew-member.js";
import type { Fault } from "./faults.js";
import type { HistoryLine } from "./program/history.js";
import { answerOf } from "./program/machine.js";
import type { MemberState } from "./program/messages.js";
import { leaderOf, shortcomings } from "./shortcomings.js";

/** A process that was a member on a host. */
export interface Witness {
  readonly host: number;
  readonly process: Pick<CrewMember, "language" | "address" | "history" | "isKilled" | "complaints">;
}

/** What one round has brought. */
export interface Verdict {
  /** What nothing explains. */
  readonly problems: readonly string[];
  /** What went wrong by the rules of mosaik 0.4.2: how often by its number in the spec, and how it was seen. */
  readonly hazards: ReadonlyMap<string, number>;
  /** Commands that were applied in this round and stayed. */
  readonly appliedCount: number;
  /** Commands that were confirmed and are lost, by how that was told; `gone`: their member ended before it could tell. */
  readonly lost: ReadonlyMap<string, number>;
  /** How often each thing was told: outcomes of commands, answers, and events of the group. */
  readonly told: ReadonlyMap<string, number>;
}

/** Judges the whole history of a crew, each time that it has come to rest. */
export class Judge {
  readonly #witnesses: readonly Witness[];
  /** What all had applied the last time. */
  #agreed: readonly CommandName[] = [];
  readonly #knownLosses = new Set<string>();
  /** How many lines of each history were there the last time. */
  readonly #linesBefore = new Map<Witness, number>();

  /** @param witnesses in the order of their beginnings; new ones are added to it */
  constructor(witnesses: readonly Witness[]) {
    this.#witnesses = witnesses;
  }

  /** @param states of the members as they are now, by their hosts */
  judge(fault: Pick<Fault, "onlyEnds">, states: readonly MemberState[]): Verdict {
    const records: GroupRecord[] = [];
    const problems: string[] = [];
    const hazards = new Hazards();
    const report = (violation: Violation): void => {
      const hazard = hazardOf(violation, this.#isRust);
      if (hazard === undefined) problems.push(violation.message);
      else hazards.add(hazard, violation.violation);
    };
    const told = new Map<string, number>();
    const news: [host: number, line: HistoryLine][] = [];
    for (const witness of this.#witnesses) {
      const { host, process } = witness;
      const lines = process.history();
      const before = this.#linesBefore.get(witness) ?? 0;
      this.#linesBefore.set(witness, lines.length);
      for (const [i, line] of lines.entries()) {
        if (i >= before) news.push([host, line]);
        // An answer that was true once is judged no more.
        if (isRecord(line) && (line.kind !== "answered" || i >= before)) records.push(line);
      }
      if (process.isKilled) records.push({ member: String(host), kind: "ended", how: "crashed" });
      if (process.complaints !== "") problems.push(`${host} says: ${process.complaints}`);
    }
    for (const [host, line] of news) {
      count(told, wordOf(line));
      if (line.kind === "complaint") problems.push(`${host} complains: ${line.text}`);
    }
    for (const shortcoming of shortcomings(states, this.#isRust)) report(shortcoming);
    const group = {
      members: [...states.keys()],
      leader: leaderOf(states),
      isRust: this.#isRust,
      answer: (applied: readonly CommandName[]) => answerOf(applied as readonly number[]),
    };
    const { lost: losses, order } = checkMixedHistory(records, group, report);
    // A Rust member may lead without what the others have, or confirm what they have not: these rules are not its own.
    const isMixed = this.#witnesses.some(({ process }) => process.language === "rust");
    // What one member confirmed is with others, as long as nothing else goes wrong.
    const heirsOf = isMixed || this.#isDisturbed(news, fault.onlyEnds) ? undefined : fault.onlyEnds;
    const lost = new Map<string, number>();
    for (const { member, index, commands, told } of losses) {
      const loss = `${commands.join()} at ${index}, confirmed by ${member}`;
      if (this.#knownLosses.has(loss)) continue;
      this.#knownLosses.add(loss);
      count(lost, told, commands.length);
      if (told === "gone" && Number(member) === heirsOf) problems.push(`lost, though one alone has ended: ${loss}`);
    }
    const missing = this.#agreed.findIndex((command, i) => order[i] !== command);
    if (missing >= 0 && !isMixed)
      problems.push(`all had ${this.#agreed[missing]} at ${missing + 1}, now ${order[missing]}`);
    const appliedCount = order.length - this.#agreed.length;
    this.#agreed = order;
    return { problems, hazards: hazards.seen, appliedCount, lost, told };
  }

  readonly #isRust = (host: number): boolean =>
    this.#witnesses.some((witness) => witness.host === host && witness.process.language === "rust");

  /** Whether bonds have ended that are not those of the victim. */
  #isDisturbed(news: readonly [host: number, line: HistoryLine][], victim: number | undefined): boolean {
    const hosts = new Map(this.#witnesses.map(({ host, process }) => [process.address.id, host]));
    return news.some(([host, line]) => {
      if (line.kind !== "event" || line.name !== "unbonded") return false;
      return host !== victim && hosts.get(line.peer!) !== victim;
    });
  }
}

function isRecord(line: HistoryLine): line is GroupRecord {
  return line.kind !== "complaint" && line.kind !== "event" && line.kind !== "failedQuery";
}

/** What to count a line as. */
function wordOf(line: HistoryLine): string | undefined {
  switch (line.kind) {
    case "settled":
      return line.outcome;
    case "failedQuery":
      return `${line.consistency} ${line.code}`;
    case "answered":
      return line.consistency;
    case "diverged":
    case "reverted":
    case "possiblyReverted":
      return line.kind;
    default:
      return undefined;
  }
}

function count(counts: Map<string, number>, what: string | undefined, by = 1): void {
  if (what !== undefined) counts.set(what, (counts.get(what) ?? 0) + by);
}
