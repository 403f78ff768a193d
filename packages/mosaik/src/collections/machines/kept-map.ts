import type { Identity } from "../keys/identity.js";

/** Somebody who wants to see a map as it was. */
interface Holder {
  /** A key is about to be set or deleted. */
  changes(identity: Identity): void;
}

/** A map of which one can keep a moment: frozen, or while going through it. Writing costs as many steps as there are who do. */
export class KeptMap<V> {
  #live = new Map<Identity, V>();
  #holders = new Set<Holder>();

  get size(): number {
    return this.#live.size;
  }

  has(identity: Identity): boolean {
    return this.#live.has(identity);
  }

  get(identity: Identity): V | undefined {
    return this.#live.get(identity);
  }

  set(identity: Identity, value: V): void {
    for (const holder of this.#holders) holder.changes(identity);
    this.#live.set(identity, value);
  }

  delete(identity: Identity): void {
    for (const holder of this.#holders) holder.changes(identity);
    this.#live.delete(identity);
  }

  /** Whoever holds the old entries keeps them as they are. */
  replace(entries = new Map<Identity, V>()): void {
    this.#live = entries;
    this.#holders = new Set();
  }

  /** The map as it is now, until it is released. */
  freeze(): FrozenMap<V> {
    const holders = this.#holders;
    const frozen: FrozenMap<V> = new FrozenMap(this.#live, () => holders.delete(frozen));
    holders.add(frozen);
    return frozen;
  }

  /** The entries as they are when the first is asked for, in the order of their insertion. */
  *entries(): Generator<[Identity, V], void, void> {
    const holders = this.#holders;
    const rest = new RestOfMap(this.#live, () => holders.delete(rest));
    holders.add(rest);
    try {
      for (let next = rest.next(); next !== undefined; next = rest.next()) yield next;
    } finally {
      holders.delete(rest);
    }
  }
}

/** What somebody who goes through a map has still to see: the map itself, and from its first change on a copy. */
class RestOfMap<V> implements Holder {
  #rest: Iterator<[Identity, V]>;

  constructor(
    live: ReadonlyMap<Identity, V>,
    private readonly release: () => void,
  ) {
    this.#rest = live.entries();
  }

  next(): [Identity, V] | undefined {
    const step = this.#rest.next();
    return step.done === true ? undefined : step.value;
  }

  changes(): void {
    const copy: [Identity, V][] = [];
    for (let next = this.next(); next !== undefined; next = this.next()) copy.push(next);
    this.#rest = copy.values();
    this.release();
  }
}

/** Nothing was there. */
const ABSENT = Symbol("absent");

/** A map at one moment: the live one, and what has been changed since. So it costs nothing but the changes that come while it is held. */
export class FrozenMap<V> implements Holder {
  readonly size: number;
  readonly #before = new Map<Identity, V | typeof ABSENT>();

  constructor(
    private readonly live: ReadonlyMap<Identity, V>,
    readonly release: () => void,
  ) {
    this.size = live.size;
  }

  changes(identity: Identity): void {
    if (this.#before.has(identity)) return;
    const value = this.live.get(identity);
    this.#before.set(identity, value !== undefined || this.live.has(identity) ? (value as V) : ABSENT);
  }

  /**
   * The entries of that moment, in the order of their insertion but for those that have been removed since. A caller that lets the
   * live map change between two entries may get one twice: with the same value.
   */
  *entries(): Generator<[Identity, V], void, void> {
    const passed = new Set<Identity>();
    for (const [identity, value] of this.live) {
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
