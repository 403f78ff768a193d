import { ChangeSource, Condition, type Report } from "./condition.js";
import { Digest, type DigestLike } from "./digest.js";
import { isObserver, OBSERVER_TAG } from "./observer.js";

/** What conditions know of a peer: its labels, and whatever else their predicates look at. */
export interface Tagged {
  readonly tags: { has(tag: Digest): boolean };
}

/** The peers that a condition counts, and word of their changes. */
export class PeerWatch<P extends Tagged> extends ChangeSource {
  readonly #report: Report;
  readonly #peers: () => Iterable<P>;
  readonly #where: string;

  /**
   * @param report told what predicates of the program throw
   * @param peers those that count now
   * @param where what the predicates belong to, for the report
   */
  constructor(report: Report, peers: () => Iterable<P>, where: string) {
    super(report);
    this.#report = report;
    this.#peers = peers;
    this.#where = where;
  }

  /**
   * How many peers carry all labels and pass all predicates; a predicate that throws counts as `false`. Observers count only where their label
   * is asked for (spec 08 §3).
   */
  count(tags: readonly Digest[], predicates: readonly ((peer: P) => boolean)[]): number {
    let count = 0;
    const withObservers = tags.includes(OBSERVER_TAG);
    for (const peer of this.#peers()) {
      if (!withObservers && isObserver(peer)) continue;
      if (tags.every((tag) => peer.tags.has(tag)) && this.#passes(peer, predicates)) count++;
    }
    return count;
  }

  #passes(peer: P, predicates: readonly ((peer: P) => boolean)[]): boolean {
    try {
      return predicates.every((predicate) => predicate(peer));
    } catch (error) {
      this.#report(error, this.#where);
      return false;
    }
  }
}

interface Filters<P> {
  readonly minimum: number;
  readonly tags: readonly Digest[];
  readonly predicates: readonly ((peer: P) => boolean)[];
  readonly isUnmet: boolean;
}

/**
 * How many peers there are, with every filter applied to each peer by itself (spec 04 §4.6). It is judged anew at every change.
 * Refinements give new conditions and leave the one that they were called on as it is.
 */
export class PeerCondition<P extends Tagged> extends Condition {
  readonly #watch: PeerWatch<P>;
  readonly #filters: Filters<P>;

  constructor(watch: PeerWatch<P>, filters: Filters<P> = { minimum: 1, tags: [], predicates: [], isUnmet: false }) {
    const { minimum, tags, predicates, isUnmet } = filters;
    super(watch, () => watch.count(tags, predicates) >= minimum !== isUnmet);
    this.#watch = watch;
    this.#filters = filters;
  }

  /** At least so many peers. Default: 1. @throws RangeError */
  minimumOf(minimum: number): PeerCondition<P> {
    if (!Number.isInteger(minimum) || minimum < 0) throw new RangeError(`a minimum of ${minimum} peers`);
    return this.#refined({ minimum });
  }

  /** Only peers that carry all of these labels. */
  withTags(...tags: DigestLike[]): PeerCondition<P> {
    return this.#refined({ tags: [...this.#filters.tags, ...tags.map((tag) => Digest.from(tag))] });
  }

  /** Only peers that pass. A predicate that throws is reported, and its peer does not count. */
  withPredicate(predicate: (peer: P) => boolean): PeerCondition<P> {
    return this.#refined({ predicates: [...this.#filters.predicates, predicate] });
  }

  /** The opposite of what this condition is without `unmet`; a second `unmet` changes nothing, as in Rust. */
  override unmet(): PeerCondition<P> {
    return this.#refined({ isUnmet: true });
  }

  #refined(change: Partial<Filters<P>>): PeerCondition<P> {
    return new PeerCondition(this.#watch, { ...this.#filters, ...change });
  }
}
