import type { Codec } from "@mosaik/postcard";
import type { LocalNode, PeerEntry } from "../../network/index.js";
import type { PeerId, StreamId } from "../../primitives/index.js";
import type { Channel } from "../channel.js";
import type { ChannelEnd, GapCause } from "../events.js";
import type { CreditPool } from "./credit.js";
import type { Inbox } from "./inbox.js";

/** Where a consumer's datums come from: one producer. */
export interface Source {
  readonly channel: Channel;
  /** The producer's entry as it is now. */
  refresh(entry: PeerEntry): void;
  /** Ends the subscription with 102. @param reason why, in words */
  stop(reason: string): void;
}

/** What a source tells its consumer. */
export interface SourceEvents {
  /** The channel's state changed. */
  onChange(): void;
  onConnected(peer: PeerId, isResumed: boolean): void;
  onDisconnected(peer: PeerId, end: ChannelEnd): void;
  /** The producer did not admit us. */
  onRefused(peer: PeerId, end: ChannelEnd): void;
  onGap(peer: PeerId, cause: GapCause, lost: number | undefined): void;
  onDecoded(datums: number, bytes: number): void;
  /** Whether a source that is not connected may keep its place and try again. */
  mayRetry(): boolean;
  /** The source ended by itself: the peer refused or ended the stream for good. */
  onTerminated(source: Source, wasStable: boolean): void;
}

/** What every source needs of its consumer. */
export interface SourceContext<T> {
  readonly node: LocalNode;
  readonly streamId: StreamId;
  readonly codec: Codec<T>;
  readonly inbox: Inbox<T>;
  readonly credit: CreditPool;
  readonly events: SourceEvents;
}

/** Brings a channel to a state in which it is not connected, and tells the consumer; nothing where it is in that state. */
export function disconnect(
  channel: Channel,
  state: "connecting" | "terminated",
  end: ChannelEnd,
  events: SourceEvents,
): void {
  if (channel.state === "terminated" || channel.state === state) return;
  const wasConnected = channel.state === "connected";
  channel.disconnected(state);
  if (wasConnected) events.onDisconnected(channel.producerId, end);
  events.onChange();
}
