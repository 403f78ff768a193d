import { describeClose } from "../network/index.js";
import type { Lagged, PeerId } from "../primitives/index.js";
import type { CloseInfo } from "../runtime/index.js";
import type { LagPolicy } from "./producer/config.js";
import type { FullPolicy } from "./consumer/config.js";

/** Why a subscription ended, or was refused. */
export interface ChannelEnd {
  /** The close code, of whichever side closed; `undefined` where the connection was lost. */
  readonly code: number | undefined;
  /** The same in words. */
  readonly reason: string;
}

export function channelEnd(info: CloseInfo): ChannelEnd {
  const code = info.by === "peer" || info.by === "local" ? info.code : undefined;
  return { code, reason: describeClose(info) };
}

/** What happens at a producer. */
export type ProducerEvent =
  | { readonly kind: "connected"; readonly consumer: PeerId }
  /** A subscription ended; also one that ended before it was connected. */
  | ({ readonly kind: "disconnected"; readonly consumer: PeerId } & ChannelEnd)
  /** A consumer was not admitted. */
  | ({ readonly kind: "refused"; readonly consumer: PeerId } & ChannelEnd)
  /**
   * A subscription broke, or ended before its consumer had everything: `lost` datums were waiting for it. What its connection had
   * taken by then may be lost as well.
   */
  | { readonly kind: "gap"; readonly consumer: PeerId; readonly lost: number }
  /** A consumer's queue was full: so many datums are not for it. */
  | { readonly kind: "dropped"; readonly consumer: PeerId; readonly count: number; readonly policy: LagPolicy }
  /** Datums were sent while there was no consumer. */
  | { readonly kind: "undelivered"; readonly count: number };

/** A reading of what happens at a producer. */
export type ProducerEvents = AsyncIterableIterator<ProducerEvent | Lagged>;

/** Why datums of a producer are missing, or may be. */
export type GapCause =
  /** The subscription broke, and the producer does not keep what it sent. */
  | "break"
  /** The subscription broke for longer than the producer keeps what it sent. */
  | "beyondWindow"
  /** The producer was started anew meanwhile. */
  | "restarted"
  /** What came is not a datum. */
  | "undecodable";

/** What happens at a consumer. */
export type ConsumerEvent =
  /** With `isResumed` the first datum follows the last one of the subscription before. */
  | { readonly kind: "connected"; readonly producer: PeerId; readonly isResumed: boolean }
  | ({ readonly kind: "disconnected"; readonly producer: PeerId } & ChannelEnd)
  /** A producer does not admit this consumer, with its close code; or this consumer does not want the producer, without one. */
  | ({ readonly kind: "refused"; readonly producer: PeerId } & ChannelEnd)
  /**
   * Datums of a producer were not received: `lost` of them, where that is known. Without `resume` it is told when the subscription
   * breaks; with it when the producer is there again, unless nothing is missing then. What a producer ended in order is no gap.
   */
  | {
      readonly kind: "gap";
      readonly producer: PeerId;
      readonly cause: GapCause;
      readonly lost: number | undefined;
    }
  /** The consumer's queue was full: so many datums of the producer were given up. */
  | { readonly kind: "dropped"; readonly producer: PeerId; readonly count: number; readonly policy: FullPolicy };
