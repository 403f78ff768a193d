import { listOf, type OneOrMany, type PeerPredicate } from "../../network/index.js";
import type { TicketValidator } from "../../tickets/index.js";
import { StreamError } from "../errors.js";
import type { OnlineWhen } from "../when.js";
import type { ResumeWindow } from "./tail.js";

/**
 * What becomes of datums for a consumer whose queue is full:
 *
 * - `wait`: `send` waits, so that nothing is lost while the consumer is connected: the slowest of them sets the pace, as long as it takes
 *   something within each `noProgressLimitMs`;
 * - `disconnect`: the consumer is closed with 10413 `TooSlow`, as in Rust;
 * - `dropOldest`: the queue keeps the newest datums;
 * - `dropNewest`: the queue keeps the oldest datums.
 */
export type LagPolicy = "wait" | "disconnect" | "dropOldest" | "dropNewest";

/** How a stream is produced. Every option has a default. */
export interface ProducerOptions<T = unknown> {
  /**
   * Consumers that do not pass all of these are refused with 10403. Asked at admission, and again whenever the catalog changes, with
   * the consumer's entry and round-trip time as they are then. Default: everybody passes.
   */
  readonly requireConsumer?: OneOrMany<PeerPredicate>;
  /**
   * Consumers need a valid ticket for each of these, for as long as they are subscribed: 10403 when one expires or is taken away and
   * no other has come. Default: none.
   */
  readonly requireConsumerTicket?: OneOrMany<TicketValidator>;
  /** Consumers beyond this number are refused with 10509. Default: no limit. */
  readonly maxConsumers?: number;
  /** Further consumers of one peer are refused with 10509: no peer must take every place. Default: 64. */
  readonly maxConsumersPerPeer?: number;
  /** What becomes of datums for a consumer whose queue is full. Default: `wait`. */
  readonly lag?: LagPolicy;
  /** Datums that may wait for one consumer behind the batch that its connection is taking. Default: 16 384. */
  readonly bufferItems?: number;
  /** Bytes that may wait for one consumer, and the datum that crosses the limit. Default: 1 MiB. */
  readonly bufferBytes?: number;
  /**
   * A consumer whose connection takes nothing for so long while datums wait for it is closed with 10413, in ms. Default: 5000 with
   * `wait`, where it holds all others up; else no limit.
   */
  readonly noProgressLimitMs?: number;
  /** When the producer counts as online. Default: with at least one connected consumer. */
  readonly onlineWhen?: OnlineWhen;
  /** Gets every datum that was sent while there was no consumer. Default: they are counted, and gone. */
  readonly onUndelivered?: (datum: T) => void;
  /**
   * What is kept of what was sent, for consumers of this library that ask to go on where their subscription broke. Only with the
   * policies `wait` and `disconnect`: with the others nobody knows what a consumer has. Default: nothing.
   */
  readonly resume?: ResumeWindow;
  /** How long `close` waits until the consumers have everything, in ms. Default: 1000. */
  readonly drainTimeoutMs?: number;
}

/** The options of a producer with their defaults, checked. */
export interface ProducerConfig {
  readonly requireConsumer: readonly PeerPredicate[];
  readonly requireConsumerTicket: readonly TicketValidator[];
  readonly maxConsumers: number;
  readonly maxConsumersPerPeer: number;
  readonly lag: LagPolicy;
  readonly bufferItems: number;
  readonly bufferBytes: number;
  readonly noProgressLimitMs: number;
  readonly drainTimeoutMs: number;
  readonly resume: Required<ResumeWindow> | undefined;
}

const LAG_POLICIES: readonly LagPolicy[] = ["wait", "disconnect", "dropOldest", "dropNewest"];

/** @throws StreamError `invalidOption` */
export function producerConfig(options: ProducerOptions<never>): ProducerConfig {
  const lag = options.lag ?? "wait";
  if (!LAG_POLICIES.includes(lag)) throw new StreamError("invalidOption", `no lag policy is named ${String(lag)}`);
  return {
    requireConsumer: listOf(options.requireConsumer),
    requireConsumerTicket: listOf(options.requireConsumerTicket),
    maxConsumers: atLeast(0, "maxConsumers", options.maxConsumers ?? Infinity),
    maxConsumersPerPeer: atLeast(1, "maxConsumersPerPeer", options.maxConsumersPerPeer ?? 64),
    lag,
    bufferItems: atLeast(1, "bufferItems", options.bufferItems ?? 16_384),
    bufferBytes: atLeast(1, "bufferBytes", options.bufferBytes ?? 1024 * 1024),
    noProgressLimitMs: atLeast(1, "noProgressLimitMs", options.noProgressLimitMs ?? (lag === "wait" ? 5000 : Infinity)),
    drainTimeoutMs: atLeast(0, "drainTimeoutMs", options.drainTimeoutMs ?? 1000),
    resume: options.resume === undefined ? undefined : resumeWindow(options.resume, lag),
  };
}

function resumeWindow(window: ResumeWindow, lag: LagPolicy): Required<ResumeWindow> {
  if (lag !== "wait" && lag !== "disconnect") {
    throw new StreamError("invalidOption", `a producer that drops datums (${lag}) cannot resume a subscription`);
  }
  return {
    windowItems: atLeast(0, "resume.windowItems", window.windowItems ?? 65_536),
    windowBytes: atLeast(0, "resume.windowBytes", window.windowBytes ?? 8 * 1024 * 1024),
    windowMs: atLeast(0, "resume.windowMs", window.windowMs ?? 60_000),
  };
}

/** @throws StreamError `invalidOption` for what is not a number of at least `minimum` */
export function atLeast(minimum: number, name: string, value: number): number {
  if (typeof value === "number" && value >= minimum) return value;
  throw new StreamError("invalidOption", `${name} must be at least ${minimum}, not ${String(value)}`);
}
