import { inHashOrder } from "../keys/hash-order.js";
import type { Identity } from "../keys/identity.js";
import type { Keys } from "../keys/keys.js";
import type { FrozenMap } from "./kept-map.js";
import type { Frozen } from "./state.js";

/** Entries that are collected before the caller is asked whether to go on. */
const STEP = 4096;

/** A frozen map as items of a snapshot. */
export class FrozenEntries<K, V, Item> implements Frozen<Item> {
  readonly size: number;

  /**
   * @param unsortedMax as many items are served whole by one member, so that their order is free
   * @param itemOf makes what is sent
   */
  constructor(
    private readonly frozen: FrozenMap<V>,
    private readonly keys: Keys<K>,
    private readonly unsortedMax: number,
    private readonly itemOf: (key: K, value: V) => Item,
  ) {
    this.size = frozen.size;
  }

  release(): void {
    this.frozen.release();
  }

  *items(): Generator<void, readonly Item[], void> {
    const entries = yield* this.#collect();
    const sorted = this.size <= this.unsortedMax ? entries : yield* this.#sort(entries);
    return sorted.map(([identity, value]) => this.itemOf(this.keys.key(identity), value));
  }

  *#collect(): Generator<void, [Identity, V][], void> {
    const entries: [Identity, V][] = [];
    for (const entry of this.frozen.entries()) {
      entries.push(entry);
      // Few are collected in one turn, in which none can come twice.
      if (entries.length % STEP === 0 && this.size > this.unsortedMax) yield;
    }
    return entries;
  }

  /** Entries that changed while they were collected may be there twice. */
  *#sort(entries: [Identity, V][]): Generator<void, [Identity, V][], void> {
    const rank = ([identity]: [Identity, V]): number => this.keys.rank(this.keys.key(identity));
    return yield* inHashOrder(entries, rank, "owned", ([identity], [other]) => identity === other);
  }
}
