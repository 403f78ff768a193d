import type { PeerEntry } from "../network/index.js";
import type { PeerId, StreamId } from "../primitives/index.js";

/** Where a channel stands; local only, never on the wire. */
export type ChannelState = "connecting" | "connected" | "terminated";

/** What has passed through a channel, or through all of a producer's or consumer's. */
export interface StreamStats {
  readonly datums: number;
  /** Payload bytes, without frame headers. */
  readonly bytes: number;
  /** Since the last successful handshake, in ms; `undefined` while there is no connection. */
  readonly uptimeMs: number | undefined;
}

/** What has passed through one channel, and what has not. */
export interface ChannelStats extends StreamStats {
  /** Datums given up because a queue was full, or the subscription ended. */
  readonly dropped: number;
  /** Datums that wait to be taken by the connection of a consumer; at a consumer 0. */
  readonly queued: number;
  /** The bytes of those, frame headers included. */
  readonly queuedBytes: number;
}

/** One subscription between a producer and a consumer, as it stands now. */
export interface ChannelInfo {
  readonly streamId: StreamId;
  readonly producerId: PeerId;
  readonly consumerId: PeerId;
  /** The other side's entry, the newest that is known. */
  readonly peer: PeerEntry;
  readonly state: ChannelState;
  readonly isConnected: boolean;
  readonly stats: ChannelStats;
}

/** The moving parts of a channel. */
export class Channel {
  state: ChannelState = "connecting";
  /** The other side's entry, to be kept up to date. */
  peer: PeerEntry;
  datums = 0;
  bytes = 0;
  dropped = 0;
  queued = 0;
  queuedBytes = 0;
  #connectedAtMs: number | undefined;

  constructor(
    readonly streamId: StreamId,
    readonly producerId: PeerId,
    readonly consumerId: PeerId,
    peer: PeerEntry,
  ) {
    this.peer = peer;
  }

  connected(nowMs: number): void {
    this.state = "connected";
    this.#connectedAtMs = nowMs;
  }

  disconnected(state: "connecting" | "terminated"): void {
    this.state = state;
    this.#connectedAtMs = undefined;
  }

  info(nowMs: number): ChannelInfo {
    const { streamId, producerId, consumerId, peer, state, datums, bytes, dropped, queued, queuedBytes } = this;
    const uptimeMs = this.#connectedAtMs === undefined ? undefined : nowMs - this.#connectedAtMs;
    const stats = { datums, bytes, uptimeMs, dropped, queued, queuedBytes };
    return { streamId, producerId, consumerId, peer, state, isConnected: state === "connected", stats };
  }
}
