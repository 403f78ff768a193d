import { compareCursors } from "../../../src/groups/positions.js";
import type { Random } from "../../../src/runtime/index.js";
import type { HistoryReport } from "../../../src/testing/index.js";
import type { Cluster } from "./cluster.js";
import type { Member } from "./member.js";
import { checkMixedHistory } from "./mixed-history.js";
import { answerOf } from "./order-machine.js";
import { Violation, type ViolationKind } from "./violations.js";

/** All members have the same so long after everything is put right. */
const CONVERGENCE_MS = 10_000;
/** In default election timeouts. */
const LEADER_TIMEOUTS = 5;
/** A command is executed within this time when nothing is in its way, unless the leader changes: then another one is. */
const PROBE_MS = 4000;

/** Judges a cluster in which everything was put right: what comes of it, and what has happened. */
export class Verdict {
  readonly #cluster: Cluster;
  readonly #random: Random;
  readonly #isRust: (member: number) => boolean;
  readonly #report: (violation: Violation) => void;
  readonly #isGuarded: boolean;

  constructor(
    cluster: Cluster,
    random: Random,
    isRust: (member: number) => boolean,
    report: (violation: Violation) => void,
    isGuarded: boolean,
  ) {
    this.#isGuarded = isGuarded;
    this.#cluster = cluster;
    this.#random = random;
    this.#isRust = isRust;
    this.#report = report;
  }

  /** Lets time go on. @returns how long it took until there was one leader, and until all had the same, in ms */
  judge(): { leaderMs: number; convergedMs: number; report: HistoryReport } {
    const { timeline, config } = this.#cluster;
    const healedMs = timeline.nowMs;
    const leaderWithinMs = LEADER_TIMEOUTS * config.electionTimeoutMs;
    if (!timeline.run(leaderWithinMs, () => this.#cluster.leader() !== undefined)) {
      this.#reportNoLeader(`within ${leaderWithinMs} ms`);
    }
    const leaderMs = timeline.nowMs - healedMs;
    if (this.#isGuarded) this.#commitTail();
    timeline.run(CONVERGENCE_MS - leaderMs, () => this.#cluster.isConverged());
    this.#checkConverged(`within ${CONVERGENCE_MS} ms`);
    const convergedMs = timeline.nowMs - healedMs;
    if (this.#cluster.leader() !== undefined) this.#probe();
    this.#checkAnswered();
    return { leaderMs, convergedMs, report: this.#checkHistory() };
  }

  /** While a member is away only a new command commits what earlier leaders have left behind; the leader may change meanwhile. */
  #commitTail(): void {
    const { timeline } = this.#cluster;
    for (let atMs = 0; atMs < CONVERGENCE_MS / 2 && !this.#cluster.isConverged(); atMs += PROBE_MS / 4) {
      const leader = this.#cluster.leader();
      if (leader !== undefined) this.#cluster.propose(leader.number);
      timeline.run(PROBE_MS / 4, () => this.#cluster.isConverged());
    }
  }

  /**
   * Whoever has the newest log could lead, unless these are observers only: then others must fetch it from them, which members of mosaik
   * 0.4.2 do not (L5), and hear of their term, which those do not tell (L6).
   */
  #reportNoLeader(when: string): void {
    const members = this.#cluster.members();
    const newest = members.filter(({ log }) =>
      members.every((other) => compareCursors(other.log.last(), log.last()) <= 0),
    );
    const electable = members.filter(({ machine }) => machine.preference.kind !== "observer");
    const could = newest.filter((member) => electable.includes(member));
    const isHeld = could.length === 0;
    const canFetch = electable.some(({ number }) => !this.#isRust(number));
    const concerned = isHeld ? (canFetch ? newest : electable) : could;
    const numbers = concerned.map(({ number }) => number);
    numbers.sort((a, b) => Number(this.#isRust(a)) - Number(this.#isRust(b)));
    this.#reportAs(isHeld ? "heldByObservers" : "noLeader", `${when}: ${this.#describe()}`, numbers);
  }

  #checkConverged(when: string): void {
    const leader = this.#cluster.leader();
    if (leader === undefined) return this.#reportNoLeader(when);
    for (const member of this.#cluster.members()) {
      if (this.#cluster.isLike(member, leader)) continue;
      const text = `${member.number} ${when}: ${this.#describe()}`;
      const isLost = !this.#isRust(member.number) && !isFollowing(member, leader);
      const lost = isOrdered(leader.log) ? "notFollowing" : "disorderedLog";
      this.#reportAs(isLost ? lost : "notConverged", text, [member.number, leader.number]);
    }
  }

  /** One more command: its issuer is told that it is executed, and everybody applies it. A bond that comes late may change the leader once more. */
  #probe(): void {
    const ours = this.#cluster.members().filter(({ number }) => !this.#isRust(number));
    const asked = ours[Math.floor(this.#random.unit() * ours.length)];
    if (asked === undefined) return;
    const isExecuted = (): boolean => {
      const proposal = this.#cluster.propose(asked.number)!;
      this.#cluster.timeline.run(PROBE_MS, () => proposal.state === "executed" && this.#cluster.isConverged());
      return proposal.state === "executed";
    };
    if (!isExecuted() && !isExecuted()) {
      const text = `the last commands of ${asked.number} are not executed: ${this.#describe()}`;
      this.#reportAs("notConverged", text, [asked.number, this.#cluster.leader()?.number]);
    }
    this.#checkConverged("behind the last command");
  }

  /** What was forwarded is answered within the time that a slow clock makes of the timeout. */
  #checkAnswered(): void {
    const { timeline, config } = this.#cluster;
    const open = (): readonly Member[] =>
      this.#cluster
        .members()
        .filter(({ commands }) => [...commands.all.values()].some(({ state }) => state === "open"));
    if (open().length > 0)
      timeline.run(2 * config.forwardTimeoutMs, () => open().length === 0 && this.#cluster.isConverged());
    for (const { number } of open()) this.#reportAs("neverAnswered", `commands of ${number}`, [number]);
  }

  #checkHistory(): HistoryReport {
    const { history } = this.#cluster;
    const group = {
      members: this.#cluster.members().map(({ number }) => number),
      leader: this.#cluster.leader()?.number,
      isRust: this.#isRust,
      answer: answerOf,
    };
    const report = checkMixedHistory(history, group, ({ violation, text, concerned }) =>
      this.#reportAs(violation, text, concerned.members),
    );
    this.#countLosses(report);
    return report;
  }

  #reportAs(kind: ViolationKind, text: string, concerned: readonly (number | undefined)[]): void {
    const members = concerned.filter((number) => number !== undefined);
    const providers = members.flatMap((number) => [...(this.#cluster.member(number)?.providers ?? [])]);
    this.#report(new Violation(kind, text, { members, providers }));
  }

  /** What a group that stays available loses, and how its members have told so. */
  #countLosses({ lost, order }: HistoryReport): void {
    const { hazards, history } = this.#cluster;
    for (const { told } of lost) {
      if (told === "diverged") hazards.add("S1", "confirmed, gone, and told by `diverged`");
      else
        hazards.add(
          "S5, S6",
          told === "gone"
            ? "confirmed by a member that is gone, and gone"
            : "confirmed, told by `possiblyReverted`, and gone",
        );
    }
    const kept = new Set(order);
    const commands = new Map<string, readonly (string | number)[]>();
    for (const record of history) {
      if (record.kind === "proposed") commands.set(`${record.member}/${record.proposal}`, record.commands);
      if (record.kind !== "settled") continue;
      if (record.outcome === "superseded") hazards.add("S7", "a command with a place gave way, told by `superseded`");
      if (record.outcome !== "outcomeUnknown") continue;
      const isThere = commands.get(`${record.member}/${record.proposal}`)!.some((command) => kept.has(command));
      if (isThere) hazards.add("S9", "`outcomeUnknown`, and executed: given again it would be there twice");
      else hazards.add("S7", "a command was taken by a leader and is gone, told by `outcomeUnknown`");
    }
  }

  #describe(): string {
    return this.#cluster
      .members()
      .map(({ number, core, log, leader }) => {
        const { term, index } = log.last();
        const hash = (log.hashes[index]! >>> 0).toString(16);
        const bonds = this.#cluster.bonds.peersOf(number).join("");
        return `${number} ${core.role} of ${leader ?? "nobody"} in ${core.term}, ${core.isOnline ? "on" : "off"}line${core.isSyncing ? ", syncing" : ""}, (${term},${index}) ${hash}, committed ${core.committed.index}, bonds ${bonds}`;
      })
      .join("; ");
  }
}

/** Whether a member is where its leader is, as far as the numbers say. */
function isFollowing({ core, host }: Member, leader: Member): boolean {
  const { index } = leader.core.committed;
  return core.isOnline && !core.isSyncing && core.committed.index === index && host.committed.index === index;
}

/** Whether terms never go back, as in the log of any leader that appended to what it was elected with. */
function isOrdered(log: Member["log"]): boolean {
  const { entries } = log.slice(log.available());
  return entries.every(({ term }, i) => i === 0 || term >= entries[i - 1]!.term);
}
