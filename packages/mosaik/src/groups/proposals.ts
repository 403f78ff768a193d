import { equalBytes } from "../primitives/index.js";
import { GroupError, type GroupErrorCode } from "./errors.js";
import type { Runtime } from "../runtime/index.js";
import type { Index, IndexRange, Term } from "./positions.js";
import type { FailedOutcome } from "./raft/io.js";
import type { LogStorage } from "./storage/storage.js";
import { limitWait, untilLimit, type WaitOptions } from "./wait.js";

/** What somebody waits for: that the commands have places, or that they are committed and applied here. */
export type ProposedUntil = "assigned" | "committed";

/** The number of all commands that nobody waits for. */
export const UNHEARD = 0;

/** Commands as the program gave them, and as they are in the log. */
export interface ProposedCommands {
  readonly commands: readonly unknown[];
  readonly encoded: readonly Uint8Array[];
}

/** Somebody who waits for commands. */
class Waiter implements ProposedCommands {
  readonly commands: readonly unknown[];
  readonly encoded: readonly Uint8Array[];
  readonly until: ProposedUntil;
  readonly settled: Promise<IndexRange>;
  resolve!: (range: IndexRange) => void;
  reject!: (error: Error) => void;
  range: IndexRange | undefined;
  /** Under which leader the commands got their places. */
  term: Term | undefined;

  constructor({ commands, encoded }: ProposedCommands, until: ProposedUntil) {
    this.commands = commands;
    this.encoded = encoded;
    this.until = until;
    this.range = undefined;
    this.term = undefined;
    this.settled = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** The commands whose issuers wait (spec 05 §10.2). They are told of their own commands only: what is in the log is compared. */
export class Proposals {
  readonly #runtime: Pick<Runtime, "after">;
  readonly #log: Pick<LogStorage, "get">;
  readonly #refusal: Uint8Array | undefined;
  readonly #waiting = new Map<number, Waiter>();
  /** Those that have places, in the order of their ends. */
  #assigned: { readonly id: number; readonly waiter: Waiter; readonly end: Index }[] = [];
  #committed: Index = 0;
  #nextId = 1;

  /** @param refusal what stands in the log for a command that the leader refused */
  constructor(runtime: Pick<Runtime, "after">, log: Pick<LogStorage, "get">, refusal?: Uint8Array) {
    this.#runtime = runtime;
    this.#log = log;
    this.#refusal = refusal;
  }

  /**
   * @returns the number of the proposal, and where its commands are in the log in the end
   * @throws GroupError `invalidOption`
   */
  add(
    proposed: ProposedCommands,
    until: ProposedUntil,
    options: WaitOptions,
  ): { id: number; range: Promise<IndexRange> } {
    const waiter = new Waiter(proposed, until);
    const limit = limitWait(this.#runtime, options, "a command", () => ({
      commands: waiter.commands,
      range: waiter.range,
    }));
    const id = this.#nextId++;
    this.#waiting.set(id, waiter);
    if (limit === undefined) return { id, range: waiter.settled };
    return { id, range: untilLimit(waiter.settled, limit, (reason) => this.#take(id)?.reject(reason)) };
  }

  /** Whether it is still to be sent: unless who waited for it has given it up. */
  isWanted(id: number): boolean {
    return id === UNHEARD || this.#waiting.has(id);
  }

  /** @param term the leader's that gave the places */
  assigned(id: number, range: IndexRange, term: Term | undefined): void {
    const waiter = this.#waiting.get(id);
    if (waiter === undefined) return;
    waiter.range = range;
    waiter.term = term;
    if (waiter.until === "assigned" || range.end <= this.#committed) return this.#settle(id, waiter);
    const assigned = { id, waiter, end: range.end };
    let at = this.#assigned.length;
    while (at > 0 && this.#assigned[at - 1]!.end > range.end) at--;
    if (at === this.#assigned.length) this.#assigned.push(assigned);
    else this.#assigned.splice(at, 0, assigned);
  }

  rejected(id: number, outcome: FailedOutcome): void {
    if (outcome === "notSent") this.#reject(id, "notSent", "there is no leader: no command was sent");
    else this.#reject(id, "outcomeUnknown", "the leader did not answer: the commands may be committed, or not");
  }

  /** Everything up to `index` is committed and applied: by this member's log, or by a snapshot. */
  committed(index: Index): void {
    this.#committed = index;
    let count = 0;
    while (count < this.#assigned.length && this.#assigned[count]!.end <= index) count++;
    for (const { id, waiter } of this.#assigned.splice(0, count)) this.#settle(id, waiter);
  }

  /** Whether somebody waits for commands that leaders of earlier terms gave places to. */
  hasOlderThan(term: Term): boolean {
    return this.#assigned.some(({ waiter }) => isOlder(waiter, term));
  }

  /** The members of `term` have had the time to commit what earlier leaders left behind. */
  giveUpOlderThan(term: Term): void {
    for (const { id, waiter } of this.#assigned) {
      if (isOlder(waiter, term))
        this.#reject(id, "outcomeUnknown", "the leader changed: they may yet be committed, or not");
    }
    this.#assigned = this.#assigned.filter(({ waiter }) => !isOlder(waiter, term));
  }

  /** The log begins anew. */
  reset(): void {
    this.#committed = 0;
  }

  /** Nobody is told anything but this any more. */
  failAll({ code, message, cause }: GroupError): void {
    for (const id of [...this.#waiting.keys()]) this.#reject(id, code, message, cause);
    this.#assigned = [];
  }

  #settle(id: number, waiter: Waiter): void {
    if (!this.#waiting.has(id)) return;
    if (waiter.until === "assigned") return this.#resolve(id, waiter);
    switch (this.#compare(waiter)) {
      case "same":
        return this.#resolve(id, waiter);
      case "other":
        return this.#reject(id, "superseded", "another leader put other commands in their place");
      case "refused":
        return this.#reject(id, "refused", "the leader kept a command out of the log, where it would do harm");
      case "unknown":
        return this.#reject(id, "outcomeUnknown", "what was committed in their place is not in this member's log");
    }
  }

  /** Equal commands may be another's: the term tells them apart. */
  #compare({ range, term, encoded }: Waiter): "same" | "other" | "refused" | "unknown" {
    for (const [i, command] of encoded.entries()) {
      const entry = this.#log.get(range!.start + i);
      if (entry === undefined) return "unknown";
      if (term !== undefined && entry.term !== term) return "other";
      if (entry.command === command || equalBytes(entry.command, command)) continue;
      return this.#refusal !== undefined && equalBytes(entry.command, this.#refusal) ? "refused" : "other";
    }
    return "same";
  }

  #resolve(id: number, waiter: Waiter): void {
    this.#waiting.delete(id);
    waiter.resolve(waiter.range!);
  }

  #reject(id: number, code: GroupErrorCode, message: string, cause?: unknown): void {
    const waiter = this.#take(id);
    if (waiter === undefined) return;
    const { commands, range } = waiter;
    waiter.reject(new GroupError(code, message, { commands, range, cause }));
  }

  #take(id: number): Waiter | undefined {
    const waiter = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiter;
  }
}

function isOlder(waiter: Waiter, term: Term): boolean {
  return waiter.term === undefined || waiter.term < term;
}
