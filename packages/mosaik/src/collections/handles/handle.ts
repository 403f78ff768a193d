import type { GroupEvents, GroupId, WaitOptions } from "../../groups/index.js";
import type { Reset, Version, Versioned, WatchOptions } from "../changes.js";
import { CollectionError } from "../errors.js";
import type { AnyCommand } from "../machine.js";
import type { Store } from "../store.js";
import { CollectionWhen } from "../when.js";

/** A store, whatever its commands are. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- handles know their kind
export type HandleStore<State, Change extends object> = Store<any, any, Change, State>;

/** What all handles of collections have in common. Reads are local, and see the state after the last commands that were carried out. */
export abstract class Handle<State extends { readonly size: number }, Change extends object> {
  protected readonly store: HandleStore<State, Change>;
  readonly #isWriter: boolean;
  #closed: Promise<void> | undefined;

  /** Made by declarations: `collection.map(…).reader(network)`. */
  constructor(store: HandleStore<State, Change>, isWriter: boolean) {
    this.store = store;
    this.#isWriter = isWriter;
    store.acquire(isWriter);
  }

  /** The group whose members share the collection: equal at all nodes that meet (spec 06 §2.4). */
  get groupId(): GroupId {
    return this.store.group.id;
  }

  /** Whether this node has all that the leader has, or leads. */
  get isOnline(): boolean {
    return this.store.group.isOnline;
  }

  /** How much of the collection has been applied here. */
  get version(): Version {
    return this.store.version;
  }

  /** How many entries or elements there are. */
  get size(): number {
    return this.store.state.size;
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** Conditions to wait for. */
  when(): CollectionWhen {
    return new CollectionWhen(this.store.group);
  }

  /**
   * The changes from now on, or since a version, in their order. Each is told once; what is not known any more, as after a catch-up, is
   * told as a `reset`. Ends with the collection.
   */
  changes(options: WatchOptions = {}): AsyncGenerator<Versioned<Change> | Reset, void, void> {
    return this.store.history.watch(options);
  }

  /** What happens in the group, as this node sees it: who is in it, who leads, and what was taken back. Ends with the collection. */
  events(options: Pick<WaitOptions, "signal"> = {}): GroupEvents {
    return this.store.group.events(options);
  }

  /** Gives the handle up. With the last one of the collection the node leaves its group. A second call waits for the first. */
  close(): Promise<void> {
    return (this.#closed ??= this.store.release(this.#isWriter));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @throws as `Store.execute` */
  protected async write(command: AnyCommand, args: readonly unknown[], options: WaitOptions = {}): Promise<Version> {
    return (await this.writeFor(command, args, options)).index;
  }

  /** A write whose result says whether a comparison held. @throws as `Store.execute` */
  protected async exchange(
    command: AnyCommand,
    args: readonly unknown[],
    options: WaitOptions | undefined,
  ): Promise<Exchanged> {
    const { index, result } = await this.writeFor(command, args, options);
    return { version: index, exchanged: result as boolean | undefined };
  }

  /** @throws as `Store.execute` */
  protected writeFor(
    command: AnyCommand,
    args: readonly unknown[],
    options: WaitOptions = {},
  ): Promise<{ readonly index: Version; readonly result: unknown }> {
    if (this.#closed !== undefined) throw new CollectionError("closed", "this handle was closed", { args });
    return this.store.execute(command, args, options);
  }
}

/** What came of a compare-and-exchange. */
export interface Exchanged {
  readonly version: Version;
  /** Whether the comparison held. Nothing where that is not known: a snapshot took the place of the command. */
  readonly exchanged: boolean | undefined;
}
