import type { Group, Index, WaitOptions } from "../groups/index.js";
import { ChangeHistory, type Version } from "./changes.js";
import { asCollectionError, CollectionError } from "./errors.js";
import type { AnyCommand, CollectionMachine, MachineListener } from "./machine.js";
import type { CollectionMetrics } from "./metrics.js";
import { Results } from "./results.js";

export interface StoreOptions<Command extends AnyCommand, Item, Change, State> {
  /** The state that the machine changes. */
  readonly state: State & { readonly size: number };
  /** Changes that are kept for those who watch. */
  readonly historyLength: number;
  readonly metrics: CollectionMetrics;
  readonly machine: (listener: MachineListener<Change>) => CollectionMachine<Command, Item, Change>;
  readonly join: (machine: CollectionMachine<Command, Item, Change>) => Group<Command, undefined, undefined>;
  /** The last handle was closed, or the group has ended: no handle is opened on this store any more. */
  readonly onEnded: () => void;
}

/** One collection of one node, shared by all its handles. */
export class Store<Command extends AnyCommand, Item, Change extends object, State> implements MachineListener<Change> {
  readonly state: State & { readonly size: number };
  readonly history: ChangeHistory<Change>;
  readonly group: Group<Command, undefined, undefined>;
  readonly #metrics: CollectionMetrics;
  readonly #onEnded: () => void;
  readonly #machine: CollectionMachine<Command, Item, Change>;
  readonly #results = new Results();
  #handles = 0;
  #writers = 0;

  /** @throws as `Groups.join` */
  constructor(options: StoreOptions<Command, Item, Change, State>) {
    this.state = options.state;
    this.#metrics = options.metrics;
    this.#onEnded = options.onEnded;
    this.history = new ChangeHistory(options.historyLength, () => this.version);
    this.#machine = options.machine(this);
    this.group = options.join(this.#machine);
    void this.#followToTheEnd();
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
    this.#onEnded();
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
    this.#metrics.sized(this.state.size);
  }

  snapshotTaken(): void {
    this.#metrics.snapshotTaken();
  }

  applied(): void {
    this.#metrics.sized(this.state.size);
  }

  /** Whoever watches is told when the group ends, and why if that was not meant. */
  async #followToTheEnd(): Promise<void> {
    let failure: Error | undefined;
    for await (const event of this.group.events()) {
      if (event.kind === "machineFailed") {
        failure = new CollectionError("failed", `command ${event.index} could not be carried out`, {
          cause: event.error,
        });
      }
    }
    this.#onEnded();
    this.history.end(failure);
  }
}
