import type { Admission } from "../../groups/index.js";

/** Items of a snapshot that are taken in between two steps: less than 1 ms. */
export const INSTALL_STEP = 1024;

/** Is given each change of a collection, in its order. */
export type Tell<Change> = (change: Change) => void;

/**
 * What a kind of collection is, apart from how it is replicated: its data, and what its commands do to them. Deterministic, and without
 * a trace of time.
 */
export interface CollectionState<Command, Item, Change> {
  /** Entries of a map or queue, elements of a vec or set, 0 or 1 of a cell or once. */
  readonly size: number;
  /** Default: every command gets into the log. */
  readonly admission?: Admission;
  /**
   * Carries a command out.
   *
   * @param tell absent where nobody watches
   * @returns what the writer of the command is told, such as whether a comparison held
   */
  apply(command: Command, tell?: Tell<Change>): unknown;
  /** The state as it is now, and stays for whoever holds it, at no cost that grows with the size. */
  freeze(): Frozen<Item>;
  /**
   * Takes the items of a snapshot for the state, in steps: until the last one it is as before.
   *
   * @returns whether it did: not if a key is there twice
   */
  install(items: readonly Item[]): Generator<void, boolean, void>;
  /** Back to empty. */
  clear(): void;
}

/** A state at one moment. */
export interface Frozen<Item> {
  readonly size: number;
  /** The items in the order of Rust's snapshots: in steps, as sorting takes longer than a turn. Small ones may be in any order. */
  items(): Generator<void, readonly Item[], void>;
  /** Nobody asks for it any more. */
  release(): void;
}
