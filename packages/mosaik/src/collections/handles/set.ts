import type { WaitOptions } from "../../groups/index.js";
import type { Reset, Version, Versioned, WatchOptions } from "../changes.js";
import type { SetChange, SetCommand, SetState } from "../machines/set.js";
import { Handle } from "./handle.js";

/** A set that is shared by the nodes of a network, to be read (spec 06 §9.5). */
export class SetReader<T> extends Handle<SetState<T>, SetChange<T>> {
  /** Whether a value is in it. */
  has(value: T): boolean {
    return this.store.state.has(value);
  }

  /** The elements as they are when the first is asked for, in no particular order. */
  values(): Generator<T, void, void> {
    return this.store.state.values();
  }

  [Symbol.iterator](): Generator<T, void, void> {
    return this.values();
  }

  /** Whether all elements are in the other set too. */
  isSubsetOf(other: { has(value: T): boolean }): boolean {
    for (const value of this.values()) if (!other.has(value)) return false;
    return true;
  }

  /** As `changes`, of one element; and when everything is cleared. */
  watch(value: T, options: WatchOptions = {}): AsyncGenerator<Versioned<SetChange<T>> | Reset, void, void> {
    const { keys } = this.store.state;
    const wanted = keys.identity(value);
    return this.store.history.watch(
      options,
      (change) => change.kind === "cleared" || keys.identity(change.value) === wanted,
    );
  }
}

/** A set that is shared by the nodes of a network. Methods that change it resolve, and throw, as those of `MapWriter`. */
export class SetWriter<T> extends SetReader<T> {
  /** Adds a value, if it is not there. */
  insert(value: T, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "Insert", value }, [value], options);
  }

  /** Adds values, all at once. */
  async extend(values: Iterable<T>, options?: WaitOptions): Promise<Version> {
    const list = [...values];
    return list.length === 0 ? this.version : this.#write({ kind: "Extend", value: list }, [list], options);
  }

  /** Removes a value, if it is there. */
  remove(value: T, options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "RemoveMany", value: [value] }, [value], options);
  }

  /** Removes values, all at once. */
  async removeMany(values: Iterable<T>, options?: WaitOptions): Promise<Version> {
    const list = [...values];
    return list.length === 0 ? this.version : this.#write({ kind: "RemoveMany", value: list }, [list], options);
  }

  /** Removes everything. */
  clear(options?: WaitOptions): Promise<Version> {
    return this.#write({ kind: "Clear" }, [], options);
  }

  #write(command: SetCommand<T>, args: readonly unknown[], options?: WaitOptions): Promise<Version> {
    return this.write(command, args, options);
  }
}
