import type { PeerId } from "../primitives/index.js";
import type { LagPolicy } from "./config.js";

/** Why a subscription ended, or was refused. */
export interface ChannelEnd {
  /** The close code, of whichever side closed; `undefined` where the connection was lost. */
  readonly code: number | undefined;
  /** The same in words. */
  readonly reason: string;
}

/** What happens at a producer. */
export type ProducerEvent =
  | { readonly kind: "connected"; readonly consumer: PeerId }
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

/** What happens at a consumer. */
export type ConsumerEvent =
  | { readonly kind: "connected"; readonly producer: PeerId }
  | ({ readonly kind: "disconnected"; readonly producer: PeerId } & ChannelEnd)
  /** A subscription broke: `lost` datums, where that is known, were not received. */
  | { readonly kind: "gap"; readonly producer: PeerId; readonly lost: number | undefined }
  /** The consumer's queue was full: so many datums were given up. */
  | { readonly kind: "dropped"; readonly count: number };
