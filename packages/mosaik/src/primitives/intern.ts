/** Smaller tables are not swept. */
const SWEEP_MIN = 1024;
/** Entries that are looked at with each new id while a sweep is under way: the table outgrows no sweep, and no turn is spent on one. */
const SWEEP_AT_ONCE = 16;
/** Entries that are looked at right after a collection, in less than a millisecond: a table that nothing is added to shrinks, too. */
const SWEEP_AFTER_COLLECTION = 4096;

/**
 * One object for each 32-byte value, as long as anyone holds it. Entries are weak, so ids that a remote peer makes up do not
 * accumulate: each collection begins a sweep, a few entries with each new id. None is looked at otherwise, as looking keeps what is dead
 * and not yet collected for another while; and what is left dead counts as used memory, which puts off the next collection.
 */
export class InternTable<T extends object> {
  readonly #entries = new Map<string, WeakRef<T>>();
  /** Where the sweep under way is; entries that come meanwhile are at its end. */
  #sweep: Iterator<[string, WeakRef<T>]> | undefined;
  /** Tells of collections, by what nobody holds. */
  // eslint-disable-next-line no-restricted-globals -- nobody sees when an entry that nobody holds goes
  readonly #collections = new FinalizationRegistry<undefined>(() => this.#onCollection());

  constructor() {
    this.#awaitCollection();
  }

  /** The object for `bytes`, made by `create` from a copy of them if there is none. */
  get(bytes: Uint8Array, create: (bytes: Uint8Array) => T): T {
    const key = keyOf(bytes);
    const known = this.#entries.get(key)?.deref();
    if (known !== undefined) return known;
    const made = create(bytes.slice());
    this.#entries.set(key, new WeakRef(made));
    this.#sweepSome(SWEEP_AT_ONCE);
    return made;
  }

  get size(): number {
    return this.#entries.size;
  }

  #awaitCollection(): void {
    this.#collections.register({}, undefined);
  }

  #onCollection(): void {
    this.#awaitCollection();
    if (this.#entries.size >= SWEEP_MIN) this.#sweep ??= this.#entries.entries();
    this.#sweepSome(SWEEP_AFTER_COLLECTION);
  }

  #sweepSome(count: number): void {
    for (let left = count; left > 0 && this.#sweep !== undefined; left--) {
      const next = this.#sweep.next();
      if (next.done === true) {
        this.#sweep = undefined;
        return;
      }
      const [key, entry] = next.value;
      if (entry.deref() === undefined) this.#entries.delete(key);
    }
  }
}

function keyOf(b: Uint8Array): string {
  // 16 UTF-16 units hold 32 bytes: far cheaper to make than 64 hexadecimal digits.
  return String.fromCharCode(
    (b[0]! << 8) | b[1]!,
    (b[2]! << 8) | b[3]!,
    (b[4]! << 8) | b[5]!,
    (b[6]! << 8) | b[7]!,
    (b[8]! << 8) | b[9]!,
    (b[10]! << 8) | b[11]!,
    (b[12]! << 8) | b[13]!,
    (b[14]! << 8) | b[15]!,
    (b[16]! << 8) | b[17]!,
    (b[18]! << 8) | b[19]!,
    (b[20]! << 8) | b[21]!,
    (b[22]! << 8) | b[23]!,
    (b[24]! << 8) | b[25]!,
    (b[26]! << 8) | b[27]!,
    (b[28]! << 8) | b[29]!,
    (b[30]! << 8) | b[31]!,
  );
}
