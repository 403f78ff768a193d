import type { Index, IndexRange } from "../../groups/index.js";
import type { CommandName, CommandOutcome, GroupRecord } from "./records.js";

/** What one machine has applied, from its first command on. A member that begins anew has another life. */
export interface Life {
  readonly member: string;
  /** In the order of the log: the first has the place 1. */
  readonly applied: CommandName[];
  end: "running" | "diverged" | "crashed" | "left" | "failed";
  /** What the member has reported as possibly reverted. */
  readonly doubts: IndexRange[];
}

/** Commands that were given to a member together. */
export interface Proposed {
  readonly member: string;
  readonly commands: readonly CommandName[];
  /** The member's life when they were given, when their outcome was known, and which had applied them by then, if it was said so. */
  readonly life: Life;
  settledIn?: Life;
  executedIn?: Life | undefined;
  settled?: CommandOutcome;
  /** What this process had confirmed before, in the order of time. */
  readonly before: readonly Proposed[];
  readonly beforeCount: number;
}

export interface Answered {
  readonly member: string;
  readonly consistency: "weak" | "strong";
  readonly position: Index;
  readonly result: unknown;
}

/** A process of a member: its lives follow each other. */
export class MemberProcess {
  readonly lives: Life[] = [];
  readonly proposed: Proposed[] = [];
  readonly answered: Answered[] = [];
  /** Applied elsewhere than behind what was applied before. */
  readonly outOfPlace: { readonly index: Index; readonly expected: Index }[] = [];
  divergedCount = 0;
  readonly #member: string;
  readonly #open = new Map<number, Proposed>();
  readonly #confirmed: Proposed[] = [];

  constructor(member: string) {
    this.#member = member;
    this.#begin();
  }

  get member(): string {
    return this.#member;
  }

  get life(): Life {
    return this.lives.at(-1)!;
  }

  take(record: GroupRecord): void {
    switch (record.kind) {
      case "ended":
        this.life.end = record.how;
        return;
      case "applied":
        return this.#apply(record.index, record.commands);
      case "reset":
        this.life.end = "diverged";
        return this.#begin();
      case "diverged":
        this.divergedCount++;
        return;
      case "possiblyReverted":
        this.life.doubts.push(record.range);
        return;
      case "proposed":
        return this.#propose(record.proposal, record.commands);
      case "settled":
        return this.#settle(record.proposal, record);
      case "answered":
        this.answered.push(record);
        return;
      case "joined":
      case "reverted":
    }
  }

  #begin(): void {
    this.lives.push({ member: this.#member, applied: [], end: "running", doubts: [] });
  }

  #apply(index: Index, commands: readonly CommandName[]): void {
    const { applied } = this.life;
    if (index !== applied.length + 1) this.outOfPlace.push({ index, expected: applied.length + 1 });
    applied.push(...commands);
  }

  #propose(proposal: number, commands: readonly CommandName[]): void {
    const proposed: Proposed = {
      member: this.#member,
      commands,
      life: this.life,
      before: this.#confirmed,
      beforeCount: this.#confirmed.length,
    };
    this.proposed.push(proposed);
    this.#open.set(proposal, proposed);
  }

  /** What was executed was so in one of the lives since it was proposed: who waited may hear of it only after the machine began anew. */
  #settle(proposal: number, settled: CommandOutcome): void {
    const proposed = this.#open.get(proposal);
    if (proposed === undefined) throw new RangeError(`${this.#member} settles ${proposal}, which is not open`);
    this.#open.delete(proposal);
    const since = this.lives.slice(this.lives.indexOf(proposed.life));
    proposed.settled = settled;
    proposed.settledIn = this.life;
    if (settled.outcome === "executed") {
      proposed.executedIn = since.find(({ applied }) => holds(applied, settled.index, proposed.commands));
      this.#confirmed.push(proposed);
    }
  }
}

/** Whether the commands are there. */
export function holds(applied: readonly CommandName[], index: Index, commands: readonly CommandName[]): boolean {
  return commands.every((command, i) => applied[index - 1 + i] === command);
}

/** The processes of all members, in the order of their beginnings. */
export function processesOf(records: Iterable<GroupRecord>): MemberProcess[] {
  const all: MemberProcess[] = [];
  const running = new Map<string, MemberProcess>();
  for (const record of records) {
    let process = running.get(record.member);
    if (process === undefined || record.kind === "joined") {
      if (process?.life.end === "running") process.life.end = "crashed";
      process = new MemberProcess(record.member);
      running.set(record.member, process);
      all.push(process);
    }
    process.take(record);
  }
  return all;
}
