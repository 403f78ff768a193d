import type { Call } from "../call.js";

/** Middleware for one kind of call. Every `Middleware` is one. */
export type MiddlewareOf<Req, Res> = (next: Call<Req, Res>) => Call<Req, Res>;

/**
 * A call with middleware around it. The first is the outermost: it sees a call first and its outcome last.
 *
 * ```ts
 * const greet = compose(
 *   Greet.caller(network),
 *   retry(network, { attemptsMax: 4 }), // tries again what the breaker let through and what failed
 *   circuitBreaker(network),
 *   bulkhead(network, { concurrentMax: 32 }), // innermost: counts attempts, not calls
 * );
 * await greet("bob", { timeoutMs: 2_000 });
 * ```
 */
export function compose<Req, Res>(
  call: Call<Req, Res>,
  ...middleware: readonly MiddlewareOf<NoInfer<Req>, NoInfer<Res>>[]
): Call<Req, Res> {
  return middleware.reduceRight((next, around) => around(next), call);
}
