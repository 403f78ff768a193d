import type { PeerEntry } from "../network/index.js";
import { Condition, Digest, type ConditionSource, type DigestLike } from "../primitives/index.js";
import type { Channel } from "./channel.js";

/** Says when a producer or a consumer counts as online, from the condition of one subscribed peer. */
export type OnlineWhen = (subscribed: ChannelCondition) => ChannelCondition;

/** Calls a predicate of the program's; what it throws counts as `false` and is reported. */
export type Guard = (where: string, predicate: () => boolean) => boolean;

interface Filters {
  readonly minimum: number;
  readonly tags: readonly Digest[];
  readonly predicates: readonly ((peer: PeerEntry) => boolean)[];
  readonly isUnmet: boolean;
}

/** What conditions on channels look at. */
export interface ChannelSource extends ConditionSource {
  channels(): Iterable<Channel>;
  readonly guard: Guard;
}

/**
 * How many connected peers there are, with every filter applied to each peer by itself (spec 04 §4.6). It is judged anew at every
 * change of a channel.
 */
export class ChannelCondition extends Condition {
  readonly #source: ChannelSource;
  readonly #filters: Filters;

  constructor(source: ChannelSource, filters: Filters = { minimum: 1, tags: [], predicates: [], isUnmet: false }) {
    super(source, () => isMet(source, filters));
    this.#source = source;
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
    return new ChannelCondition(this.#source, { ...this.#filters, ...change });
  }
}

/** The conditions of a producer or a consumer. */
export class When {
  readonly #source: ChannelSource;
  readonly #isOnline: () => boolean;

  constructor(source: ChannelSource, isOnline: () => boolean) {
    this.#source = source;
    this.#isOnline = isOnline;
  }

  /** The online condition holds. */
  online(): Condition {
    return new Condition(this.#source, this.#isOnline);
  }

  /** The online condition does not hold. */
  offline(): Condition {
    return this.online().unmet();
  }

  /** At least one peer is connected; refine it with `minimumOf`, `withTags`, `withPredicate`. */
  subscribed(): ChannelCondition {
    return new ChannelCondition(this.#source);
  }

  /** No peer is connected. */
  unsubscribed(): ChannelCondition {
    return this.subscribed().unmet();
  }
}

function isMet(source: ChannelSource, filters: Filters): boolean {
  let count = 0;
  for (const channel of source.channels()) {
    if (channel.state !== "connected") continue;
    const { peer } = channel;
    if (!filters.tags.every((tag) => peer.tags.has(tag))) continue;
    if (!source.guard("a stream condition", () => filters.predicates.every((predicate) => predicate(peer)))) continue;
    count++;
  }
  return count >= filters.minimum !== filters.isUnmet;
}
