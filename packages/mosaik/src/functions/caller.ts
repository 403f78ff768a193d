import type { PeerEntry } from "../network/index.js";
import type { Call, CallOptions } from "./call.js";
import type { CallerCore, CallerStats } from "./caller-core.js";
import type { FunctionId } from "./ids.js";
import type { CallerWhen } from "./when.js";

/** Calls one function, wherever in the network it is handled: `await greet("bob")`. */
export interface Caller<Req, Res> extends Call<Req, Res>, AsyncDisposable {
  /** The id on the wire, with the ticket validators folded in. */
  readonly functionId: FunctionId;
  /** Whether the online condition holds. */
  readonly isOnline: boolean;
  /** Conditions to wait for. */
  when(): CallerWhen;
  /** The entries of the handlers that may be called now. */
  handlers(): PeerEntry[];
  /** What it has done so far. */
  stats(): CallerStats;
  /** Ends every call under way with `closed`. */
  close(): Promise<void>;
}

/** Makes the callable face of a caller. */
export function callerOf<Req, Res>(core: CallerCore): Caller<Req, Res> {
  const call = (request: Req, options?: CallOptions): Promise<Res> => core.call(request, options) as Promise<Res>;
  return Object.defineProperties(call, {
    functionId: { value: core.functionId, enumerable: true },
    isOnline: { get: () => core.isOnline, enumerable: true },
    when: { value: () => core.when() },
    handlers: { value: () => [...core.candidates.entries()] },
    stats: { value: () => core.stats() },
    close: { value: () => core.close() },
    [Symbol.asyncDispose]: { value: () => core.close() },
  }) as Caller<Req, Res>;
}
