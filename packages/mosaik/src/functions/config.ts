import { listOf, type OneOrMany, type PeerEntry, type PeerPredicate } from "../network/index.js";
import type { BackoffPolicy, PeerCondition } from "../primitives/index.js";
import type { TicketValidator } from "../tickets/index.js";
import { FunctionError } from "./errors.js";

/** How many handlers there are, by what their entries say now. */
export type HandlerCondition = PeerCondition<PeerEntry>;

/** The tickets of both sides: each side declares both lists, for they are part of the function's id. */
export interface TicketOptions {
  /** Callers need a valid ticket for each of these: 11403 without. Default: none. */
  readonly requireCallerTicket?: OneOrMany<TicketValidator>;
  /** Handlers need a valid ticket for each of these: others are not called. Default: none. */
  readonly requireHandlerTicket?: OneOrMany<TicketValidator>;
}

/** How a function is handled. */
export interface HandlerOptions extends TicketOptions {
  /** Callers that do not pass all of these are refused with 11403; asked at each call. Default: everybody passes. */
  readonly requireCaller?: OneOrMany<PeerPredicate>;
  /**
   * Calls beyond this number are refused with 11509. A call counts until the function has settled, also where its caller is gone.
   * Default: no limit.
   */
  readonly maxConcurrent?: number;
  /** The largest encoded request, in bytes; larger ones are refused with 400 before they are read. Default: the frame limit. */
  readonly requestMaxBytes?: number;
  /** How long calls that are being served may take to end when the handler closes, in ms. Default: 1000. */
  readonly drainTimeoutMs?: number;
}

/** How a function is called. */
export interface CallerOptions extends TicketOptions {
  /** Handlers that do not pass all of these are not called; asked at each change of the catalog and before each attempt. */
  readonly requireHandler?: OneOrMany<PeerPredicate>;
  /** How long a call may take in all, in ms. Default: 30 000. */
  readonly callTimeoutMs?: number;
  /** Whether the function may run more than once for a call, see `CallOptions`. Default: false. */
  readonly idempotent?: boolean;
  /** When the caller counts as online. Default: with at least one handler. */
  readonly onlineWhen?: (available: HandlerCondition) => HandlerCondition;
  /** How long to wait once every handler has failed, before they are tried again. Default: 50 ms, doubling to 2 s, spread by 50 %. */
  readonly backoff?: BackoffPolicy;
  /** Whether a handler of this very node is called, before all others. Default: false, as in Rust. */
  readonly local?: boolean;
}

/** Options of a declaration; those of one side count on that side only. */
export interface FunctionOptions extends HandlerOptions, CallerOptions {
  /** Both callers and handlers must pass these. */
  readonly require?: OneOrMany<PeerPredicate>;
  /** Both callers and handlers need tickets for these. Each enters the id twice, once for either side, as in Rust. */
  readonly requireTicket?: OneOrMany<TicketValidator>;
}

export interface HandlerConfig {
  readonly requireCaller: readonly PeerPredicate[];
  readonly callerTickets: readonly TicketValidator[];
  readonly handlerTickets: readonly TicketValidator[];
  readonly maxConcurrent: number;
  readonly requestMaxBytes: number;
  readonly drainTimeoutMs: number;
}

export interface CallerConfig {
  readonly requireHandler: readonly PeerPredicate[];
  readonly callerTickets: readonly TicketValidator[];
  readonly handlerTickets: readonly TicketValidator[];
  readonly callTimeoutMs: number;
  readonly idempotent: boolean;
  readonly onlineWhen: ((available: HandlerCondition) => HandlerCondition) | undefined;
  readonly backoff: BackoffPolicy;
  readonly local: boolean;
}

const DEFAULT_CALL_TIMEOUT_MS = 30_000;
const ROUNDS: BackoffPolicy = { initialMs: 50, factor: 2, maxMs: 2000, jitter: 0.5 };

/**
 * The options of a handler, those of its declaration first: scalars that are given later win, predicates and tickets add up.
 *
 * @throws FunctionError `invalidOption`
 */
export function handlerConfig(declared: FunctionOptions, given: HandlerOptions): HandlerConfig {
  return {
    ...ticketLists(declared, given),
    requireCaller: [...listOf(declared.require), ...listOf(declared.requireCaller), ...listOf(given.requireCaller)],
    maxConcurrent: atLeast(0, "maxConcurrent", given.maxConcurrent ?? declared.maxConcurrent ?? Infinity),
    requestMaxBytes: atLeast(0, "requestMaxBytes", given.requestMaxBytes ?? declared.requestMaxBytes ?? Infinity),
    drainTimeoutMs: atLeast(0, "drainTimeoutMs", given.drainTimeoutMs ?? declared.drainTimeoutMs ?? 1000),
  };
}

/** The options of a caller, as `handlerConfig`. @throws FunctionError `invalidOption` */
export function callerConfig(declared: FunctionOptions, given: CallerOptions): CallerConfig {
  return {
    ...ticketLists(declared, given),
    requireHandler: [...listOf(declared.require), ...listOf(declared.requireHandler), ...listOf(given.requireHandler)],
    callTimeoutMs: timeoutOf(given.callTimeoutMs ?? declared.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS),
    idempotent: given.idempotent ?? declared.idempotent ?? false,
    onlineWhen: given.onlineWhen ?? declared.onlineWhen,
    backoff: given.backoff ?? declared.backoff ?? ROUNDS,
    local: given.local ?? declared.local ?? false,
  };
}

/** A timeout in ms that a timer can take. @throws FunctionError `invalidOption` */
export function timeoutOf(timeoutMs: number): number {
  return atLeast(0, "a timeout", timeoutMs);
}

function ticketLists(
  declared: FunctionOptions,
  given: TicketOptions,
): Pick<HandlerConfig, "callerTickets" | "handlerTickets"> {
  const both = listOf(declared.requireTicket);
  return {
    callerTickets: [...both, ...listOf(declared.requireCallerTicket), ...listOf(given.requireCallerTicket)],
    handlerTickets: [...both, ...listOf(declared.requireHandlerTicket), ...listOf(given.requireHandlerTicket)],
  };
}

function atLeast(minimum: number, name: string, value: number): number {
  if (typeof value === "number" && value >= minimum) return value;
  throw new FunctionError("invalidOption", `${name} must be at least ${minimum}, not ${String(value)}`);
}
