import type { Index } from "../groups/index.js";
import { abortReason } from "../primitives/index.js";

/** How much of a collection has been applied: the place of the last command in the log of its group. */
export type Version = Index;

/**
 * What led to `version` is not known. Look at the whole collection, remember the version that it has at that moment, and pass over the
 * changes up to it that follow.
 */
export interface Reset {
  readonly kind: "reset";
  readonly version: Version;
  readonly isLast: true;
}

/** A change, and the version that it belongs to. */
export type Versioned<Change> = Change & {
  readonly version: Version;
  /** Whether no other change of this version follows. One who goes on from a version has missed none if he saw its last. */
  readonly isLast: boolean;
};

export interface WatchOptions {
  /** Begins with what came after this version; from now on, if absent. What is not known any more is told as a `reset`. */
  readonly since?: Version;
  /** Ends the watching: the wait under way rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The last changes of a collection, for all who watch it: each reads them at his own pace. */
export class ChangeHistory<Change extends object> {
  readonly #ring: Versioned<Change>[] = [];
  /** The first change that is kept, and the next that comes, counted from the first of all. */
  #first = 0;
  #next = 0;
  /** All changes after this version are kept. */
  #knownSince: Version = 0;
  /** Up to this version there were other changes once, which gave way: who says that he saw one of those versions may mean that. */
  #ambiguousUpTo: Version = 0;
  /** The version of the last change or reset. */
  #last: Version = 0;
  readonly #waiting = new Set<() => void>();
  #ended: Error | undefined;

  /** @param capacity changes that are kept; at least 1 */
  constructor(
    private readonly capacity: number,
    private readonly version: () => Version,
  ) {}

  /** The changes of one command. */
  push(version: Version, changes: readonly Change[]): void {
    this.#last = version;
    for (const [i, change] of changes.entries()) {
      const dropped = this.#ring[this.#next % this.capacity];
      if (this.#next - this.#first === this.capacity) {
        this.#first++;
        this.#knownSince = dropped!.version;
      }
      this.#ring[this.#next++ % this.capacity] = { ...change, version, isLast: i === changes.length - 1 };
    }
    this.#wake();
  }

  /** The collection is another now, at this version: nothing is known of what led to it. */
  reset(version: Version): void {
    if (version < this.#last) this.#ambiguousUpTo = Math.max(this.#ambiguousUpTo, this.#last);
    this.#last = version;
    this.#ring.length = 0;
    // Who waited for the next change has missed something.
    this.#first = ++this.#next;
    this.#knownSince = version;
    this.#wake();
  }

  /** There will be no more changes. @param error why, for those who watch; nothing if that was to be expected */
  end(error?: Error): void {
    this.#ended = error ?? ENDED;
    this.#wake();
  }

  /** @param wanted which changes; all, if absent */
  watch(
    { since, signal }: WatchOptions = {},
    wanted?: (change: Change) => boolean,
  ): AsyncGenerator<Versioned<Change> | Reset, void, void> {
    return this.#read(since === undefined ? this.#next : this.#resume(since), since ?? 0, signal, wanted);
  }

  /** @returns where to go on after a version; a place before all if that is not known */
  #resume(since: Version): number {
    const isAmbiguous = since > 0 && since <= this.#ambiguousUpTo;
    return since < this.#knownSince || isAmbiguous ? -1 : this.#placeAfter(since);
  }

  async *#read(
    from: number,
    since: Version,
    signal: AbortSignal | undefined,
    wanted: ((change: Change) => boolean) | undefined,
  ): AsyncGenerator<Versioned<Change> | Reset, void, void> {
    let after = since;
    for (let at = from; ;) {
      if (signal?.aborted) throw abortReason(signal);
      if (at < this.#first) {
        at = this.#next;
        after = 0;
        yield { kind: "reset", version: this.version(), isLast: true };
      } else if (at < this.#next) {
        const change = this.#ring[at++ % this.capacity]!;
        if (change.version > after && (wanted === undefined || wanted(change))) yield change;
      } else if (this.#ended !== undefined) {
        if (this.#ended === ENDED) return;
        throw this.#ended;
      } else {
        await this.#change(signal);
      }
    }
  }

  #placeAfter(version: Version): number {
    let at = this.#next;
    while (at > this.#first && this.#ring[(at - 1) % this.capacity]!.version > version) at--;
    return at;
  }

  /** Resolves when there is something new, or the signal aborts. */
  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      this.#waiting.add(done);
      signal?.addEventListener("abort", done, { once: true });
    });
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}

const ENDED = new Error("ended");
