import { GroupError, type Group, type Index, type StateMachine, type WaitOptions } from "../../groups/index.js";
import type { CommandName, CommandOutcome, GroupRecord, UnnamedRecord } from "./records.js";

export interface GroupRecorderOptions<C> {
  /** The member's name in the history. */
  readonly member: string;
  /** What a command is called: unlike every other command of the history. */
  readonly name: (command: C) => CommandName;
  /** Takes each record at once: what a process that dies has not passed on is missing in its history. */
  readonly write: (record: GroupRecord) => void;
}

/**
 * Writes down what a member of a group does and says, for `checkHistory`.
 *
 * ```ts
 * const write = (record: GroupRecord) => appendFileSync(path, JSON.stringify(record) + "\n");
 * const recorder = new GroupRecorder<Order>({ member: "a", name: ({ id }) => id, write });
 * const group = network.groups.join({ key, machine: recorder.machine(new Orders()) });
 * void recorder.follow(group);
 * await recorder.execute(group, [{ id: "a/1", amount: 5 }]);
 * ```
 */
export class GroupRecorder<C> {
  readonly #options: GroupRecorderOptions<C>;
  #proposals = 0;

  constructor(options: GroupRecorderOptions<C>) {
    this.#options = options;
    this.note({ kind: "joined" });
  }

  /** Writes down something that the other methods do not see: `ended`, or an answer. */
  note(record: UnnamedRecord): void {
    this.#options.write({ member: this.#options.member, ...record });
  }

  /** The machine to join with in place of this one: writes down what it is given. */
  machine<Q, R>(machine: StateMachine<C, Q, R>): StateMachine<C, Q, R> {
    return {
      signature: machine.signature,
      command: machine.command,
      query: machine.query,
      result: machine.result,
      sync: machine.sync,
      get preference() {
        return machine.preference ?? { kind: "normal" };
      },
      apply: (commands, context) => {
        machine.apply(commands, context);
        const index = context.committed.index + 1;
        this.note({ kind: "applied", index, commands: commands.map(this.#options.name) });
      },
      answer: (query) => machine.answer(query),
      ...(machine.reset !== undefined && { reset: () => this.#reset(machine) }),
    };
  }

  /** Writes down those of the group's events that a history has, until the membership ends. */
  async follow(group: Pick<Group, "events">): Promise<void> {
    for await (const event of group.events()) {
      if (event.kind === "diverged") this.note({ kind: "diverged", index: event.at.index });
      else if (event.kind === "reverted" || event.kind === "possiblyReverted") this.note(event);
    }
  }

  /** Has commands executed, and writes down what became of them. @returns the place of the first @throws as the group's `executeMany` */
  async execute(group: Pick<Group<C>, "executeMany">, commands: readonly C[], options?: WaitOptions): Promise<Index> {
    const proposal = this.propose(commands);
    try {
      const { start } = await group.executeMany(commands, options);
      this.settle(proposal, { outcome: "executed", index: start });
      return start;
    } catch (error) {
      this.settle(proposal, { outcome: outcomeOf(error) });
      throw error;
    }
  }

  /** Commands are about to be given to the member. @returns the number of the proposal, for `settle` */
  propose(commands: readonly C[]): number {
    const proposal = ++this.#proposals;
    this.note({ kind: "proposed", proposal, commands: commands.map(this.#options.name) });
    return proposal;
  }

  /** What became of a proposal; those of which nothing is known stay open. */
  settle(proposal: number, outcome: CommandOutcome): void {
    this.note({ kind: "settled", proposal, ...outcome });
  }

  #reset(machine: Pick<StateMachine<C>, "reset">): void {
    machine.reset!();
    this.note({ kind: "reset" });
  }
}

/** A `GroupError` without commands in the log is as good as not sent. */
function outcomeOf(error: unknown): "notSent" | "superseded" | "outcomeUnknown" {
  switch (error instanceof GroupError ? error.code : undefined) {
    case "notSent":
    case "encoding":
    case "noCommands":
      return "notSent";
    case "superseded":
      return "superseded";
    default:
      return "outcomeUnknown";
  }
}
