import type { Identity } from "../keys/identity.js";

/** Nothing was there. */
const ABSENT = Symbol("absent");

/**
 * A map at one moment: the live one, and what has been changed since. So a frozen map costs nothing but the changes that come while it
 * is held.
 */
export class FrozenMap<V> {
  readonly size: number;
  readonly #live: ReadonlyMap<Identity, V>;
  readonly #before = new Map<Identity, V | typeof ABSENT>();

  constructor(live: ReadonlyMap<Identity, V>) {
    this.#live = live;
    this.size = live.size;
  }

  /** A key is about to be changed: what it is now, is kept. */
  keep(identity: Identity): void {
    if (this.#before.has(identity)) return;
    const value = this.#live.get(identity);
    this.#before.set(identity, value !== undefined || this.#live.has(identity) ? (value as V) : ABSENT);
  }

  /**
   * The entries of that moment, in the order of their insertion but for those that have been removed since. A caller that lets the
   * live map change between two entries may get one twice: with the same value.
   */
  *entries(): Generator<[Identity, V]> {
    const passed = new Set<Identity>();
    for (const [identity, value] of this.#live) {
      const before = this.#before.get(identity);
      if (before === undefined && !this.#before.has(identity)) {
        yield [identity, value];
      } else {
        passed.add(identity);
        if (before !== ABSENT) yield [identity, before as V];
      }
    }
    for (const [identity, value] of this.#before) {
      if (value !== ABSENT && !passed.has(identity)) yield [identity, value];
    }
  }
}
