import type { Codec } from "@mosaik/postcard";
import { GroupError, type Group, type Index, type WaitOptions } from "../groups/index.js";
import { ChangeHistory, type Version } from "./changes.js";
import { CollectionError, type CollectionErrorCode } from "./errors.js";
import type { AnyCommand, CollectionMachine, MachineListener } from "./machine.js";
import type { CollectionState } from "./machines/state.js";
import { Results } from "./results.js";

/** What a kind of collection brings. */
export interface Kind<Command, Item, Change, State> {
  readonly command: Codec<Command>;
  readonly item: Codec<Item>;
  readonly state: State & CollectionState<Command, Item, Change>;
}

export interface StoreContext<Command extends AnyCommand, Item, Change> {
  /** Changes that are kept for those who watch. */
  readonly historyLength: number;
  readonly machine: (store: MachineListener<Change>) => CollectionMachine<Command, Item, Change>;
  readonly join: (machine: CollectionMachine<Command, Item, Change>) => Group<Command, undefined, undefined>;
  readonly setSize: (size: number) => void;
  readonly countSync: () => void;
  /** The last handle was closed. */
  readonly onClosed: () => void;
}

/** Codes of groups' errors, as collections have them. */
const CODES: Partial<Record<GroupError["code"], CollectionErrorCode>> = {
  notSent: "offline",
  outcomeUnknown: "outcomeUnknown",
  superseded: "superseded",
  encoding: "encoding",
  timeout: "timeout",
  closed: "closed",
};

/** One collection of one node, shared by all its handles. */
export class Store<Command extends AnyCommand, Item, Change extends object, State> implements MachineListener<Change> {
  readonly state: State;
  readonly history: ChangeHistory<Change>;
  readonly group: Group<Command, undefined, undefined>;
  readonly #context: StoreContext<Command, Item, Change>;
  readonly #machine: CollectionMachine<Command, Item, Change>;
  readonly #results = new Results();
  #handles = 0;
  #writers = 0;

  constructor(kind: Pick<Kind<Command, Item, Change, State>, "state">, context: StoreContext<Command, Item, Change>) {
    this.state = kind.state;
    this.#context = context;
    this.history = new ChangeHistory(context.historyLength, () => this.version);
    this.#machine = context.machine(this);
    this.group = context.join(this.#machine);
  }

  get version(): Version {
    return this.group.committed;
  }

  /** One more handle. While one may write, this node may lead. */
  acquire(isWriter: boolean): void {
    this.#handles++;
    if (isWriter) this.#writers++;
    this.#machine.mayLead = this.#writers > 0;
  }

  /** One handle less. With the last one the node leaves the group. */
  async release(isWriter: boolean): Promise<void> {
    this.#handles--;
    if (isWriter) this.#writers--;
    this.#machine.mayLead = this.#writers > 0;
    if (this.#handles > 0) return;
    this.#context.onClosed();
    this.history.end();
    await this.group.leave();
  }

  /**
   * Has a command carried out by all members.
   *
   * @returns its version, and what came of it here
   * @throws CollectionError `encoding`, `offline`, `outcomeUnknown`, `superseded`, `timeout`, `closed`; the signal's reason
   */
  async execute(
    command: Command,
    args: readonly unknown[],
    options: WaitOptions,
  ): Promise<{ readonly index: Index; readonly result: unknown }> {
    try {
      return await this.#results.of(() => this.group.execute(command, options));
    } catch (error) {
      throw asCollectionError(error, args);
    }
  }

  changed(index: Index, changes: readonly Change[]): void {
    this.history.push(index, changes);
  }

  resulted(index: Index, result: unknown): void {
    this.#results.add(index, result);
  }

  replaced(index: Index): void {
    this.#results.clear();
    this.history.reset(index);
  }

  snapshotTaken(): void {
    this.#context.countSync();
  }

  sized(size: number): void {
    this.#context.setSize(size);
  }
}

/** What a group's error means for a collection; another error is as it is. */
export function asCollectionError(error: unknown, args: readonly unknown[] = []): unknown {
  if (!(error instanceof GroupError)) return error;
  const code = CODES[error.code];
  return code === undefined ? error : new CollectionError(code, error.message, { args, cause: error });
}
