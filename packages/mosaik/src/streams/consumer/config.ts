import { listOf, type OneOrMany, type PeerPredicate } from "../../network/index.js";
import { defaultBackoff, type BackoffPolicy } from "../../primitives/index.js";
import type { TicketValidator } from "../../tickets/index.js";
import { StreamError } from "../errors.js";
import { atLeast } from "../producer/config.js";
import type { OnlineWhen } from "../when.js";

/**
 * What becomes of datums that arrive while the program has not taken those before:
 *
 * - `pause`: the producers are held back, through QUIC's flow control; nothing is lost;
 * - `dropOldest`: the consumer keeps the newest datums, and no producer waits;
 * - `dropNewest`: the consumer keeps the oldest datums, and no producer waits.
 */
export type FullPolicy = "pause" | "dropOldest" | "dropNewest";

/** How a stream is consumed. Every option has a default. */
export interface ConsumerOptions {
  /**
   * Producers that do not pass all of these are not subscribed to. Asked whenever the catalog changes, with the producer's entry and
   * round-trip time as they are then; a producer is pinged first only if a predicate looks at its round-trip time. Default: all pass.
   */
  readonly requireProducer?: OneOrMany<PeerPredicate>;
  /**
   * Producers need a valid ticket for each of these, for as long as they are subscribed to: the subscription ends when one expires or
   * is taken away and no other has come. Default: none.
   */
  readonly requireProducerTicket?: OneOrMany<TicketValidator>;
  /** How a broken subscription is retried. Default: 500 ms, growing by half to 60 s, spread by 50 %; for ever. */
  readonly backoff?: BackoffPolicy;
  /** When the consumer counts as online. Default: at once, without any producer. */
  readonly onlineWhen?: OnlineWhen;
  /** What becomes of datums for which there is no room. Default: `pause`. */
  readonly whenFull?: FullPolicy;
  /** Datums that wait for the program; with `pause` at most 512 of them decoded, the others as they came. Default: 65 536. */
  readonly bufferItems?: number;
  /**
   * Bytes that wait for the program, from all producers together. With `pause` each producer may have 64 KiB more on its way, and the
   * rest of a datum that is larger; with the others a datum that is larger than all of it is kept alone. Default: 1 MiB.
   */
  readonly bufferBytes?: number;
  /**
   * Producers subscribed to at once, the local one included. Further ones wait for a place; one that cannot be reached makes room for
   * them. Default: 256.
   */
  readonly maxProducers?: number;
  /** Whether to receive what this very node produces as well, as from any other. Default: false. */
  readonly loopback?: boolean;
  /**
   * Whether to go on behind the last datum received when a subscription broke. Works with producers of this library that keep what they
   * sent (their `resume` option); of others, what was sent meanwhile is lost as ever. Default: false.
   */
  readonly resume?: boolean;
}

/** The options of a consumer with their defaults, checked. */
export interface ConsumerConfig {
  readonly requireProducer: readonly PeerPredicate[];
  readonly requireProducerTicket: readonly TicketValidator[];
  readonly backoff: BackoffPolicy;
  readonly whenFull: FullPolicy;
  readonly bufferItems: number;
  readonly bufferBytes: number;
  readonly maxProducers: number;
  readonly loopback: boolean;
  readonly resume: boolean;
}

const FULL_POLICIES: readonly FullPolicy[] = ["pause", "dropOldest", "dropNewest"];

/** @throws StreamError `invalidOption` */
export function consumerConfig(options: ConsumerOptions): ConsumerConfig {
  const whenFull = options.whenFull ?? "pause";
  if (!FULL_POLICIES.includes(whenFull)) {
    throw new StreamError("invalidOption", `no policy of a full queue is named ${String(whenFull)}`);
  }
  return {
    requireProducer: listOf(options.requireProducer),
    requireProducerTicket: listOf(options.requireProducerTicket),
    backoff: options.backoff ?? defaultBackoff,
    whenFull,
    bufferItems: atLeast(1, "bufferItems", options.bufferItems ?? 65_536),
    bufferBytes: atLeast(1, "bufferBytes", options.bufferBytes ?? 1024 * 1024),
    maxProducers: atLeast(1, "maxProducers", options.maxProducers ?? 256),
    loopback: options.loopback ?? false,
    resume: options.resume ?? false,
  };
}
