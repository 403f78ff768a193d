import type { PeerEntry } from "../network/index.js";
import { ChangeSource, Condition, Digest, type DigestLike, type Report } from "../primitives/index.js";
import type { Channel } from "./channel.js";

/** Says when a producer or a consumer counts as online, from the condition of one subscribed peer. */
export type OnlineWhen = (subscribed: ChannelCondition) => ChannelCondition;

interface Filters {
  readonly minimum: number;
  readonly tags: readonly Digest[];
  readonly predicates: readonly ((peer: PeerEntry) => boolean)[];
  readonly isUnmet: boolean;
}

/** The channels of a producer or a consumer, and word of their changes: what its conditions look at. */
export class ChannelWatch extends ChangeSource {
  readonly #report: Report;
  readonly #channels: () => Iterable<Channel>;

  /** @param report told what predicates of the program throw */
  constructor(report: Report, channels: () => Iterable<Channel>) {
    super(report);
    this.#report = report;
    this.#channels = channels;
  }

  /** How many peers are connected and pass; a predicate that throws counts as `false`. */
  countConnected(passes: (peer: PeerEntry) => boolean): number {
    let count = 0;
    for (const { state, peer } of this.#channels()) if (state === "connected" && this.#passes(passes, peer)) count++;
    return count;
  }

  #passes(passes: (peer: PeerEntry) => boolean, peer: PeerEntry): boolean {
    try {
      return passes(peer);
    } catch (error) {
      this.#report(error, "a stream condition");
      return false;
    }
  }
}

/**
 * How many connected peers there are, with every filter applied to each peer by itself (spec 04 §4.6). It is judged anew at every
 * change of a channel.
 */
export class ChannelCondition extends Condition {
  readonly #watch: ChannelWatch;
  readonly #filters: Filters;

  constructor(watch: ChannelWatch, filters: Filters = { minimum: 1, tags: [], predicates: [], isUnmet: false }) {
    super(watch, () => isMet(watch, filters));
    this.#watch = watch;
    this.#filters = filters;
  }

  /** At least so many peers. */
  minimumOf(minimum: number): ChannelCondition {
    if (!Number.isInteger(minimum) || minimum < 0) throw new RangeError(`a minimum of ${minimum} peers`);
    return this.#refined({ minimum });
  }

  /** Only peers that carry all of these labels. */
  withTags(...tags: DigestLike[]): ChannelCondition {
    return this.#refined({ tags: [...this.#filters.tags, ...tags.map((tag) => Digest.from(tag))] });
  }

  /** Only peers whose entry passes. */
  withPredicate(predicate: (peer: PeerEntry) => boolean): ChannelCondition {
    return this.#refined({ predicates: [...this.#filters.predicates, predicate] });
  }

  /** The opposite of what this condition is without `unmet`; a second `unmet` changes nothing, as in Rust. */
  override unmet(): ChannelCondition {
    return this.#refined({ isUnmet: true });
  }

  #refined(change: Partial<Filters>): ChannelCondition {
    return new ChannelCondition(this.#watch, { ...this.#filters, ...change });
  }
}

/** The conditions of a producer or a consumer. */
export class When {
  readonly #watch: ChannelWatch;
  readonly #isOnline: () => boolean;

  constructor(watch: ChannelWatch, isOnline: () => boolean) {
    this.#watch = watch;
    this.#isOnline = isOnline;
  }

  /** The online condition holds. */
  online(): Condition {
    return new Condition(this.#watch, this.#isOnline);
  }

  /** The online condition does not hold. */
  offline(): Condition {
    return this.online().unmet();
  }

  /** At least one peer is connected; refine it with `minimumOf`, `withTags`, `withPredicate`. */
  subscribed(): ChannelCondition {
    return new ChannelCondition(this.#watch);
  }

  /** No peer is connected. */
  unsubscribed(): ChannelCondition {
    return this.subscribed().unmet();
  }
}

function isMet(watch: ChannelWatch, { minimum, tags, predicates, isUnmet }: Filters): boolean {
  const count = watch.countConnected(
    (peer) => tags.every((tag) => peer.tags.has(tag)) && predicates.every((predicate) => predicate(peer)),
  );
  return count >= minimum !== isUnmet;
}
