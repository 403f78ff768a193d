import type { PeerEntry } from "../network/index.js";
import type { PeerId, StreamId } from "../primitives/index.js";

/** Where a channel stands; local only, never on the wire. */
export type ChannelState = "connecting" | "connected" | "terminated";

/** What has passed through a channel, or through all of a consumer's. */
export interface StreamStats {
  readonly datums: number;
  /** Payload bytes, without frame headers. */
  readonly bytes: number;
  /** Since the last successful handshake, in ms; `undefined` while there is no connection. */
  readonly uptimeMs: number | undefined;
}

/** One subscription between a producer and a consumer, as it stands now. */
export interface ChannelInfo {
  readonly streamId: StreamId;
  readonly producerId: PeerId;
  readonly consumerId: PeerId;
  /** The other side's entry as it was when the channel was made. */
  readonly peer: PeerEntry;
  readonly state: ChannelState;
  readonly isConnected: boolean;
  readonly stats: StreamStats;
}

/** The moving parts of a channel. */
export class Channel {
  state: ChannelState = "connecting";
  datums = 0;
  bytes = 0;
  #connectedAtMs: number | undefined;

  constructor(
    readonly streamId: StreamId,
    readonly producerId: PeerId,
    readonly consumerId: PeerId,
    readonly peer: PeerEntry,
  ) {}

  connected(nowMs: number): void {
    this.state = "connected";
    this.#connectedAtMs = nowMs;
  }

  disconnected(state: "connecting" | "terminated"): void {
    this.state = state;
    this.#connectedAtMs = undefined;
  }

  info(nowMs: number): ChannelInfo {
    const { streamId, producerId, consumerId, peer, state, datums, bytes } = this;
    const uptimeMs = this.#connectedAtMs === undefined ? undefined : nowMs - this.#connectedAtMs;
    const isConnected = state === "connected";
    return { streamId, producerId, consumerId, peer, state, isConnected, stats: { datums, bytes, uptimeMs } };
  }
}
