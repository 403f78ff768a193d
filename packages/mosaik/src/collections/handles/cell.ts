import type { WaitOptions } from "../../groups/index.js";
import type { Version } from "../changes.js";
import type { CellChange, CellCommand, CellState } from "../machines/cell.js";
import { Handle, type Exchanged } from "./handle.js";
import { some } from "./some.js";

/** One value that is shared by the nodes of a network, to be read (spec 06 §9.6). */
export class CellReader<T> extends Handle<CellState<T>, CellChange<T>> {
  /** The value; nothing if the cell is empty. */
  get value(): T | undefined {
    return this.store.state.value;
  }
}

/** One value that is shared by the nodes of a network. Methods that change it resolve, and throw, as those of `MapWriter`. */
export class CellWriter<T> extends CellReader<T> {
  /** Sets the value. */
  set(value: T, options?: WaitOptions): Promise<Version> {
    return this.write({ kind: "Write", value } as CellCommand<T>, [value], options);
  }

  /** Sets a value unless there is one, or replaces or removes (`next` absent) the one that has the same bytes as `expected`. */
  compareExchange(change: { readonly expected?: T; readonly next?: T }, options?: WaitOptions): Promise<Exchanged> {
    const value = { current: some(change.expected), new: some(change.next) };
    return this.exchange({ kind: "CompareExchange", value } as CellCommand<T>, [change], options);
  }

  /** Takes the value away. */
  clear(options?: WaitOptions): Promise<Version> {
    return this.write({ kind: "Clear" }, [], options);
  }
}
