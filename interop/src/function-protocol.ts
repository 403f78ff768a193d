/** Functions in the program's commands: the TypeScript side of the table in `interop/README.md`. */
import type { JwtValidatorArgs } from "./ticket-protocol.js";

/** Where a function's id comes from; all but `closure` take, give and fail with strings. */
export type FunctionForm = "closure" | "trait" | "pinned" | "marker" | "named" | "guarded";

interface FunctionOptions {
  /** Default: `closure`. */
  readonly form?: FunctionForm;
  /** The type of the application error: a string, or `()`. Default: `string`. */
  readonly errorType?: "string" | "unit";
  /** A function id in hexadecimal, or any text; derived from the Rust types if absent. */
  readonly functionId?: string;
  /** Admits only peers that advertise all of these tags. */
  readonly requireTags?: readonly string[];
  readonly requireCallerTickets?: readonly JwtValidatorArgs[];
  readonly requireHandlerTickets?: readonly JwtValidatorArgs[];
}

export interface HandleOptions extends FunctionOptions {
  /** The reply: the request (default), it in upper case, the caller's id, or what {@link RustHandler.answer} says. */
  readonly answer?: "echo" | "upper" | "caller" | "manual";
  /** How long each call takes before it is answered. */
  readonly delayMs?: number;
  /** The application error that answers every call. */
  readonly error?: string | null;
  readonly maxConcurrent?: number;
  /** Reports no calls: for loads. */
  readonly quiet?: boolean;
}

export interface CallerOptions extends FunctionOptions {
  readonly callTimeoutMs?: number;
  /** How many handlers make the caller online; 1 if absent. */
  readonly onlineMin?: number;
}

export interface HandlerInfo {
  readonly functionId: string;
  readonly served: number;
  readonly failed: number;
  readonly inflight: number;
}

export interface CallerInfo {
  readonly functionId: string;
  readonly online: boolean;
  /** Eligible handlers. */
  readonly available: number;
}

/** Why a call failed, as the crate says. */
export type CallFailure =
  | { readonly code: "application"; readonly error: string | null }
  | { readonly code: "rejected"; readonly closeCode: number; readonly reason: string }
  | { readonly code: "timeout" | "unavailable" }
  | { readonly code: "transport" | "encode" | "decode"; readonly reason: string };

export type CallOutcome<T> = { readonly elapsedMs: number } & (
  { readonly reply: T; readonly failure?: undefined } | { readonly failure: CallFailure; readonly reply?: undefined }
);

export interface CallLoad {
  readonly count: number;
  /** Calls side by side; 1 if absent. */
  readonly inFlight?: number;
  readonly payloadBytes?: number;
}

export interface CallLoadResult {
  readonly elapsedMs: number;
  readonly completed: number;
  readonly failed: number;
  /** The first failure. */
  readonly failure: CallFailure | null;
  readonly p50Micros: number | null;
  readonly p99Micros: number | null;
}

/** What handlers report unasked. */
export type FunctionEvent =
  | {
      readonly event: "called";
      readonly handler: string;
      readonly call: string;
      readonly caller: string;
      readonly request: unknown;
    }
  /** The crate gave a call up before it was answered: its caller has gone, or the handler was dropped. */
  | { readonly event: "abandoned"; readonly handler: string; readonly call: string };
