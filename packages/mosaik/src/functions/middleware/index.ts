/**
 * Middleware around a call: small functions that take a call and give one. A `Caller` is a call, and so is whatever `compose` makes of
 * it; one of your own is a function of the type `Middleware`.
 *
 * ```ts
 * import { bulkhead, cache, circuitBreaker, compose, retry } from "mosaik/middleware";
 *
 * const price = compose(
 *   Price.caller(network),
 *   cache(network, { request: t.string, ttlMs: 1_000 }),
 *   retry(network, { attemptTimeoutMs: 500, idempotent: true }),
 *   circuitBreaker(network, { failuresMax: 5, openMs: 10_000 }),
 *   bulkhead(network, { concurrentMax: 64, queueMax: 256 }),
 * );
 * await price("ETH", { timeoutMs: 2_000, signal });
 * ```
 *
 * Clock, randomness and metrics are those of the network. What a call is given holds for the whole of it: `timeoutMs` bounds every
 * wait and every attempt together, `signal` ends each of them.
 */
export { bulkhead, type BulkheadOptions } from "./bulkhead.js";
export { cache, type CacheOptions } from "./cache.js";
export { circuitBreaker, type CircuitBreakerOptions } from "./circuit-breaker.js";
export type { CircuitState } from "./circuit.js";
export { compose, type MiddlewareOf } from "./compose.js";
export type { MiddlewareHost } from "./host.js";
export { defaultRetryBackoff, retry, type RetryOptions } from "./retry.js";
