import type { Index } from "../../groups/index.js";
import { KnownAnswers, type AnswerOf } from "./known-answers.js";
import { holds, processesOf, type Answered, type Life, type MemberProcess, type Proposed } from "./lives.js";
import type { CommandName, GroupRecord } from "./records.js";

export type HistoryProblemKind =
  /** Two members that run have not applied the same. */
  | "unlike"
  /** A machine was given a command elsewhere than behind the one before. */
  | "outOfPlace"
  /** A machine was given a command twice. */
  | "repeated"
  /** A machine was given what nobody proposed. */
  | "invented"
  /** The machine of a member began anew, and the member never said `diverged`. */
  | "unreportedReset"
  /** `execute` resolved, and the member had not applied the commands there. */
  | "falselyExecuted"
  /** What `execute` confirmed is not there in the end, and the member that confirmed it goes on as if it were. */
  | "unreportedLoss"
  /** The commands are elsewhere than `feed` or `execute` said. */
  | "misplaced"
  /** Called `notSent`, and applied. */
  | "falselyNotSent"
  /** Called `superseded`, and applied by the very member that said so. */
  | "falselySuperseded"
  /** A member was given commands after it had confirmed others, and they are before them. */
  | "overtaken"
  /** An answer that no machine gives at that position. */
  | "wrongAnswer";

/** Something that a group must never do. */
export interface HistoryProblem {
  readonly kind: HistoryProblemKind;
  /** Whose doing it is; where two differ, both. */
  readonly members: readonly string[];
  readonly text: string;
}

/** Commands that `execute` confirmed, and that are not there in the end: a group that stays available in all its parts may lose them. */
export interface LostCommands {
  readonly member: string;
  readonly index: Index;
  readonly commands: readonly CommandName[];
  /** How the member has told so: it began anew, or it had its doubts before it went. `gone`: it went before it could know. */
  readonly told: "diverged" | "possiblyReverted" | "gone";
}

export interface HistoryReport {
  readonly problems: readonly HistoryProblem[];
  readonly lost: readonly LostCommands[];
  /** What all running members have applied: most of them, where they differ. */
  readonly order: readonly CommandName[];
}

export interface CheckHistoryOptions {
  /** What the machine answers once it has applied commands. Default: answers are not judged. */
  readonly answer?: AnswerOf;
}

/**
 * Judges what happened in a group once it has come to rest: no faults, nothing under way.
 *
 * All running members have applied the same commands in the same order, each of them proposed and none twice. What became of a command is
 * what its issuer was told: executed once, in its place, for as long as the member does not say `diverged`; never, where it was not sent;
 * either, where the outcome is unknown. A member's command does not overtake what the member had confirmed before.
 *
 * @throws RangeError where the records contradict themselves: commands that are settled twice, or were never proposed
 */
export function checkHistory(records: Iterable<GroupRecord>, { answer }: CheckHistoryOptions = {}): HistoryReport {
  return new Judgement(processesOf(records)).report(answer);
}

class Judgement {
  readonly #processes: readonly MemberProcess[];
  readonly #lives: readonly Life[];
  readonly #proposed: readonly Proposed[];
  readonly #running: readonly Life[];
  /** The first of those that most of the running members are like. */
  readonly #reference: Life | undefined;
  readonly #order: readonly CommandName[];
  /** The place of each command in the end. */
  readonly #places: ReadonlyMap<CommandName, Index>;
  readonly #problems: HistoryProblem[] = [];
  readonly #lost: LostCommands[] = [];

  constructor(processes: readonly MemberProcess[]) {
    this.#processes = processes;
    this.#lives = processes.flatMap(({ lives }) => lives);
    this.#proposed = processes.flatMap(({ proposed }) => proposed);
    this.#running = this.#lives.filter(({ end }) => end === "running");
    this.#reference = mostAgreed(this.#running);
    this.#order = this.#reference?.applied ?? [];
    this.#places = new Map(this.#order.map((command, i) => [command, i + 1]));
  }

  report(answer: CheckHistoryOptions["answer"]): HistoryReport {
    this.#checkLikeness();
    this.#checkApplied();
    for (const proposed of this.#proposed) this.#checkOutcome(proposed);
    this.#checkNotSent();
    for (const process of this.#processes) {
      this.#checkResets(process);
      if (this.#running.length > 0) this.#checkSequence(process);
    }
    if (answer !== undefined) this.#checkAnswers(answer);
    return { problems: this.#problems, lost: this.#lost, order: this.#order };
  }

  #checkLikeness(): void {
    for (const { member, applied } of this.#running) {
      const at = firstDifference(this.#order, applied);
      if (at === undefined) continue;
      const text = `at ${at + 1} ${member} has applied ${String(applied[at])}, and ${this.#reference!.member} ${String(this.#order[at])}`;
      this.#problem("unlike", [member, this.#reference!.member], text);
    }
  }

  #checkApplied(): void {
    const given = new Set(this.#proposed.flatMap(({ commands }) => commands));
    for (const { member, applied } of this.#lives) {
      const seen = new Set<CommandName>();
      for (const [i, command] of applied.entries()) {
        const where = `${command}, which ${member} has applied at ${i + 1}`;
        if (!given.has(command)) this.#problem("invented", [member], `nobody proposed ${where}`);
        if (seen.has(command)) this.#problem("repeated", [member], `it has applied before ${where}`);
        seen.add(command);
      }
    }
    for (const { member, outOfPlace } of this.#processes) {
      for (const { index, expected } of outOfPlace) {
        this.#problem("outOfPlace", [member], `${member} applies ${index} where ${expected} comes next`);
      }
    }
  }

  #checkResets({ member, lives, divergedCount }: MemberProcess): void {
    const resets = lives.length - 1;
    // A process that is gone may not have come to say it.
    const untold = resets - divergedCount - (lives.at(-1)!.end === "running" ? 0 : 1);
    if (untold <= 0) return;
    this.#problem(
      "unreportedReset",
      [member],
      `${member} began anew ${resets} times, and said so ${divergedCount} times`,
    );
  }

  #checkOutcome(proposed: Proposed): void {
    const { member, commands, settled, settledIn, executedIn, life } = proposed;
    if (settled === undefined) return;
    const what = `${commands.join()}, which ${member} called ${settled.outcome}`;
    if (settled.outcome === "executed" || settled.outcome === "fed") {
      this.#checkPlace(proposed, settled.index, what);
    }
    if (settled.outcome === "executed") this.#checkExecuted(proposed, executedIn, settled.index);
    if (settled.outcome === "superseded" && settledIn === life) {
      const isThere = commands.every((command) => life.applied.includes(command));
      if (isThere) this.#problem("falselySuperseded", [member], `it has applied ${what}`);
    }
  }

  #checkPlace({ member, commands }: Proposed, index: Index, what: string): void {
    for (const [i, command] of commands.entries()) {
      const place = this.#places.get(command);
      if (place === undefined || place === index + i) continue;
      this.#problem(
        "misplaced",
        [member],
        `${String(command)} is at ${place}, not at ${index + i}: of ${what} at ${index}`,
      );
    }
  }

  #checkExecuted({ member, commands }: Proposed, life: Life | undefined, index: Index): void {
    if (life === undefined) {
      const text = `${member} has confirmed ${commands.join()} at ${index}, and had not applied it there`;
      this.#problem("falselyExecuted", [member], text);
      return;
    }
    if (this.#running.length === 0 || holds(this.#order, index, commands)) return;
    if (life.end === "running") {
      const text = `${member} has confirmed ${commands.join()} at ${index}, where ${String(this.#order[index - 1])} is now`;
      this.#problem("unreportedLoss", [member, this.#reference!.member], text);
      return;
    }
    const isDoubted = life.doubts.some((range) => range.start <= index && index <= range.end);
    const told = life.end === "diverged" ? "diverged" : isDoubted ? "possiblyReverted" : "gone";
    this.#lost.push({ member, index, commands, told });
  }

  #checkNotSent(): void {
    const notSent = new Map<CommandName, Proposed>();
    for (const proposed of this.#proposed) {
      if (proposed.settled?.outcome !== "notSent") continue;
      for (const command of proposed.commands) notSent.set(command, proposed);
    }
    if (notSent.size === 0) return;
    for (const { member, applied } of this.#lives) {
      for (const command of applied) {
        const by = notSent.get(command)?.member;
        if (by === undefined) continue;
        this.#problem("falselyNotSent", [by], `${member} has applied ${String(command)}, which ${by} called notSent`);
      }
    }
  }

  /** Of what one process was told and asked, in the order of time. */
  #checkSequence({ member, proposed }: MemberProcess): void {
    const confirmed = proposed[0]?.before ?? [];
    let [counted, latest] = [0, 0];
    for (const { commands, beforeCount } of proposed) {
      for (; counted < beforeCount; counted++) {
        const last = confirmed[counted]!.commands.at(-1)!;
        latest = Math.max(latest, this.#places.get(last) ?? 0);
      }
      const overtaking = commands.find((command) => (this.#places.get(command) ?? Infinity) <= latest);
      if (overtaking === undefined) continue;
      const text = `${String(overtaking)} is at ${this.#places.get(overtaking)}, and before it ${member} had confirmed what is at ${latest}`;
      this.#problem("overtaken", [member], text);
    }
  }

  /** Of weak queries by the member's own machine, of strong ones by anyone's. */
  #checkAnswers(answer: AnswerOf): void {
    const byAnyone = new KnownAnswers(this.#lives, positionsOf(this.#processes, "strong"), answer);
    for (const process of this.#processes) {
      const byItself = new KnownAnswers(process.lives, positionsOf([process], "weak"), answer);
      for (const { member, consistency, position, result } of process.answered) {
        if ((consistency === "weak" ? byItself : byAnyone).has(position, result)) continue;
        const text = `${member} was told ${JSON.stringify(result)} at ${position} (${consistency}), which no machine says`;
        this.#problem("wrongAnswer", [member], text);
      }
    }
  }

  #problem(kind: HistoryProblemKind, members: readonly string[], text: string): void {
    this.#problems.push({ kind, members, text });
  }
}

/** Where answers of this kind were given, in ascending order. */
function positionsOf(processes: readonly MemberProcess[], consistency: Answered["consistency"]): Index[] {
  const positions = new Set<Index>();
  for (const { answered } of processes) {
    for (const one of answered) if (one.consistency === consistency) positions.add(one.position);
  }
  return [...positions].sort((a, b) => a - b);
}

function mostAgreed(lives: readonly Life[]): Life | undefined {
  const likes = lives.map(
    ({ applied }) => lives.filter((other) => firstDifference(applied, other.applied) === undefined).length,
  );
  return lives[likes.indexOf(Math.max(...likes))];
}

function firstDifference(one: readonly CommandName[], other: readonly CommandName[]): number | undefined {
  for (let i = 0; i < Math.max(one.length, other.length); i++) if (one[i] !== other[i]) return i;
  return undefined;
}
