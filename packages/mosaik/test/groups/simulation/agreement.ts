import type { Index } from "../../../src/groups/positions.js";
import type { GroupRecord, HistoryReport } from "../../../src/testing/index.js";
import { numberOf } from "./member-ids.js";
import type { Lineage } from "./lineages.js";
import type { Member } from "./member.js";
import { Violation, type ViolationKind } from "./violations.js";

type Report = (violation: Violation) => void;

/** What must hold where a group goes on only with a majority of its members: whatever is committed anywhere is so everywhere, for ever. */
export class Agreement {
  readonly #majority: number;
  readonly #report: Report;
  /** By place: the hash of everything up to there, as it was committed first. */
  readonly #hashes: number[] = [];

  /** @param members how many vote */
  constructor(members: number, report: Report) {
    this.#majority = Math.floor(members / 2) + 1;
    this.#report = report;
  }

  elected({ number, core }: Member, granted: ReadonlySet<number>): void {
    if (granted.size >= this.#majority) return;
    this.#violated("ledWithoutMajority", number, `${granted.size} of ${this.#majority} votes in term ${core.term}`);
  }

  committed({ number, log, core }: Member, upTo: Index, leads: Lineage | undefined): void {
    for (let index = Math.min(upTo, this.#hashes.length); index <= upTo; index++) {
      this.#hashes[index] ??= log.hashes[index]!;
    }
    if (this.#hashes[upTo] !== log.hashes[upTo]) this.#violated("committedDifferently", number, `up to ${upTo}`);
    if (leads === undefined || core.role !== "leader") return;
    const { voters, nonVoters } = core.committee();
    const holders = [...voters.keys(), ...nonVoters.keys()]
      .map(numberOf)
      .filter((one) => one === number || (leads.acknowledged.get(one) ?? 0) >= upTo);
    if (holders.length >= this.#majority) return;
    this.#violated("committedWithoutMajority", number, `${upTo} is held by ${holders.length} of ${this.#majority}`);
  }

  /** What was confirmed is there in the end, behind everything that was confirmed before it was given. */
  judge(history: readonly GroupRecord[], { lost, order }: HistoryReport): void {
    for (const { member, index, commands, told } of lost) {
      this.#violated("lost", Number(member), `it had confirmed ${commands.join()} at ${index} (${told})`);
    }
    const places = new Map(order.map((command, i) => [command, i + 1]));
    let confirmed = 0;
    for (const record of history) {
      const number = Number(record.member);
      if (record.kind === "diverged" || record.kind === "possiblyReverted") this.#violated("lost", number, record.kind);
      else if (record.kind === "proposed") {
        const place = places.get(record.commands[0]!) ?? Infinity;
        if (place <= confirmed) this.#violated("overtook", number, `${record.commands.join()} at ${place}`);
      } else if (record.kind === "settled" && record.outcome === "executed") {
        confirmed = Math.max(confirmed, record.index);
      }
    }
  }

  #violated(kind: ViolationKind, member: number, text: string): void {
    this.#report(new Violation(kind, `member ${member}, ${text}`, { members: [member], providers: [] }));
  }
}
