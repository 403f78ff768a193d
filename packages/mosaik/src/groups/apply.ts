import { DecodeError } from "@mosaik/postcard";
import type { NetworkId } from "../primitives/index.js";
import { GroupError } from "./errors.js";
import { Gate } from "./gate.js";
import type { GroupId } from "./group-id.js";
import type { LeadershipPreference, StateMachine } from "./machine/machine.js";
import { ORIGIN, type Cursor, type Index } from "./positions.js";
import type { LogStorage } from "./storage/storage.js";

/** Commands that a machine is given at once, at most. */
const BATCH_MAX = 1024;
const NORMAL: LeadershipPreference = { kind: "normal" };

export interface MachineHostOptions {
  readonly machine: StateMachine;
  readonly log: Pick<LogStorage, "get" | "last">;
  readonly groupId: GroupId;
  readonly networkId: NetworkId;
  /** The machine threw: the world is told. */
  report(error: unknown, where: string): void;
  /** The machine takes no further part: `index` is the first command that it has not applied. Told once. */
  onFailed(index: Index, error: unknown): void;
}

/** Commands of one term that follow each other, decoded. */
interface Batch {
  readonly term: number;
  readonly commands: unknown[];
  /** Why there are no more of them, where it is not that the next one has another term. */
  readonly failure: unknown;
}

/**
 * A group's machine: given the committed commands in their order, and asked queries. What it throws stays here: if it throws while it
 * applies commands it is given no more, as nobody knows its state; if it throws at a query only that query fails.
 */
export class MachineHost {
  readonly #options: MachineHostOptions;
  readonly #machine: StateMachine;
  #committed: Cursor = ORIGIN;
  #isFailed = false;

  constructor(options: MachineHostOptions) {
    this.#options = options;
    this.#machine = options.machine;
  }

  /** The last command that was applied. */
  get committed(): Cursor {
    return this.#committed;
  }

  get isFailed(): boolean {
    return this.#isFailed;
  }

  /** How much this member wants to lead, now. */
  get preference(): LeadershipPreference {
    try {
      return this.#machine.preference ?? NORMAL;
    } catch (error) {
      this.#fail(error);
      return NORMAL;
    }
  }

  /**
   * Applies the commands of the log up to and with `index`, as far as the log goes: in batches of one term each (spec 05 §6.7). All in this turn of the event
   * loop: who has many of them calls it with one index after the other.
   */
  applyUpTo(index: Index): void {
    const end = Math.min(index, this.#options.log.last().index);
    while (!this.#isFailed && this.#committed.index < end) {
      const { term, commands, failure } = this.#nextBatch(end);
      if (commands.length > 0) this.#apply(term, commands);
      if (failure !== undefined) this.#fail(failure);
    }
  }

  /** Judges what this member, which begins to lead, is to put into the log from here on. Nothing: there is nothing to judge. */
  gate(): Gate | undefined {
    const { admission } = this.#machine;
    if (admission === undefined) return undefined;
    const { log } = this.#options;
    return new Gate({ admission, log, applied: this.#committed.index, onThrown: (error) => this.#fail(error) });
  }

  /** @throws DecodeError, or what the machine's codec throws, for what is no command: every member's machine would fail at it */
  check(command: Uint8Array): void {
    this.#machine.command.decode(command);
  }

  /** The answer to a query of another member; nothing if there is none: the query does not decode, or the machine cannot answer it. */
  answer(query: Uint8Array): Uint8Array | undefined {
    if (this.#isFailed) return undefined;
    try {
      return this.#machine.result.encode(this.#ask(this.#machine.query.decode(query)));
    } catch (error) {
      // Bytes that do not decode are the other's doing.
      if (!(error instanceof DecodeError)) this.#options.report(error, "answering a member's query");
      return undefined;
    }
  }

  /** The answer to a query of this node. @throws GroupError `machineFailed`, `queryFailed` */
  query(query: unknown): unknown {
    if (this.#isFailed) throw new GroupError("machineFailed", "the group's machine has failed: it answers no more");
    try {
      return this.#ask(query);
    } catch (cause) {
      throw new GroupError("queryFailed", "the group's machine threw at a query", { query, cause });
    }
  }

  /** Back to before the first command. @returns whether the machine can do that */
  reset(): boolean {
    if (this.#isFailed || this.#machine.reset === undefined) return false;
    try {
      this.#call(() => this.#machine.reset!());
    } catch (error) {
      this.#fail(error);
      return false;
    }
    this.#committed = ORIGIN;
    return true;
  }

  /** The machine was put into the state of `cursor`, by a snapshot. */
  installed(cursor: Cursor): void {
    this.#committed = cursor;
  }

  #nextBatch(end: Index): Batch {
    const first = this.#committed.index + 1;
    const last = Math.min(end, first + BATCH_MAX - 1);
    const commands: unknown[] = [];
    let term: number | undefined;
    let failure: unknown;
    for (let index = first; index <= last; index++) {
      const entry = this.#options.log.get(index);
      if (entry === undefined) {
        failure = new Error(`the log does not hold command ${index}, which is to be applied`);
        break;
      }
      if (entry.term !== (term ??= entry.term)) break;
      try {
        commands.push(this.#machine.command.decode(entry.command));
      } catch (cause) {
        failure = new GroupError("decoding", `command ${index} of the group's log does not decode`, { cause });
        break;
      }
    }
    return { term: term ?? 0, commands, failure };
  }

  #apply(term: number, commands: unknown[]): void {
    const { groupId, networkId } = this.#options;
    const context = { committed: this.#committed, term, groupId, networkId };
    try {
      this.#call(() => this.#machine.apply(commands, context));
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#committed = { term, index: context.committed.index + commands.length };
  }

  #ask(query: unknown): unknown {
    return this.#call(() => this.#machine.answer(query));
  }

  /** @throws what the machine throws, and for a promise: what it does after this turn would not be in order */
  #call(task: () => unknown): unknown {
    const value = task();
    if (typeof value !== "object" || value === null || typeof (value as PromiseLike<unknown>).then !== "function")
      return value;
    Promise.resolve(value).catch((error: unknown) => this.#options.report(error, "a group's machine"));
    throw new TypeError("a group's machine returned a promise: its methods must be done when they return");
  }

  #fail(error: unknown): void {
    if (this.#isFailed) return;
    this.#isFailed = true;
    const index = this.#committed.index + 1;
    this.#options.report(error, `the machine of group ${this.#options.groupId.short()}, from command ${index} on`);
    this.#options.onFailed(index, error);
  }
}
