import type { PeerEntry } from "../network/index.js";
import { PeerWatch, PeerWhen, type PeerCondition, type Report } from "../primitives/index.js";
import type { Channel } from "./channel.js";

/** How many peers are connected, by their labels and whatever else their entries say now (spec 04 §4.6). */
export type ChannelCondition = PeerCondition<PeerEntry>;

/** Says when a producer or a consumer counts as online, from the condition of one subscribed peer. */
export type OnlineWhen = (subscribed: ChannelCondition) => ChannelCondition;

/** The connected channels of a producer or a consumer: what its conditions look at. */
export class ChannelWatch extends PeerWatch<PeerEntry> {
  /** @param report told what predicates of the program throw */
  constructor(report: Report, channels: () => Iterable<Channel>) {
    super(report, () => connected(channels()), "a stream condition");
  }
}

function* connected(channels: Iterable<Channel>): Iterable<PeerEntry> {
  for (const { state, peer } of channels) if (state === "connected") yield peer;
}

/** The conditions of a producer or a consumer. */
export class When extends PeerWhen<PeerEntry> {
  /** At least one peer is connected; refine it with `minimumOf`, `withTags`, `withPredicate`. */
  subscribed(): ChannelCondition {
    return this.present();
  }

  /** No peer is connected. */
  unsubscribed(): ChannelCondition {
    return this.subscribed().unmet();
  }
}
