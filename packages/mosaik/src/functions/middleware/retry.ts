import { Backoff, type BackoffPolicy } from "../../primitives/index.js";
import type { CallOptions, Middleware } from "../call.js";
import { FunctionError, type FunctionErrorCode } from "../errors.js";
import type { MiddlewareHost } from "./host.js";
import { requireMs, requireWhole } from "./options.js";
import { pause, TimeBudget } from "./time.js";

export interface RetryOptions {
  /** How often a call is made at most, the first time included. Default: 3. */
  readonly attemptsMax?: number;
  /** The waits between attempts. Default: 100 ms, doubled each time up to 5 s, spread by half to either side. */
  readonly backoff?: BackoffPolicy;
  /** How long one attempt may take, in ms. Default: what is left of the call's own time. */
  readonly attemptTimeoutMs?: number;
  /**
   * Whether the function may run more than once for a call that does not say so itself. If not, a call that a handler may have run is
   * not made again. Default: false.
   */
  readonly idempotent?: boolean;
  /** Which failures are worth another attempt. Default: `timeout`, `unavailable`, `rejected` and `transport`. */
  readonly isRetryable?: (error: FunctionError) => boolean;
}

/** The waits of `retry` where none are given. */
export const defaultRetryBackoff: BackoffPolicy = { initialMs: 100, factor: 2, maxMs: 5_000, jitter: 0.5 };

const RETRYABLE: ReadonlySet<FunctionErrorCode> = new Set(["timeout", "unavailable", "rejected", "transport"]);
/** As many attempts as an error tells of. */
const ATTEMPTS_TOLD_MAX = 32;

/**
 * Makes a call again that failed, after a wait, as long as the call's own time lasts.
 *
 * A caller by itself tries every handler that there is, and waits for one if there is none: retrying is for what outlasts that, as
 * handlers that are all full for a moment. What fails in the end is the last failure, with the attempts of all.
 *
 * ```ts
 * const quote = compose(Quote.caller(network), retry(network, { attemptTimeoutMs: 500, idempotent: true }));
 * ```
 *
 * @throws FunctionError `invalidOption`
 */
export function retry(host: MiddlewareHost, options: RetryOptions = {}): Middleware {
  const { attemptsMax = 3, backoff: policy = defaultRetryBackoff, attemptTimeoutMs } = options;
  requireWhole("attemptsMax", attemptsMax, 1);
  if (attemptTimeoutMs !== undefined) requireMs("attemptTimeoutMs", attemptTimeoutMs);
  const { runtime, metrics } = host.local;
  const retries = metrics.counter("mosaik.functions.retries");

  const isWorthIt = (error: FunctionError): boolean => {
    if (options.isRetryable === undefined) return RETRYABLE.has(error.code);
    try {
      return options.isRetryable(error);
    } catch (thrown) {
      runtime.report(thrown, "isRetryable of a retry");
      return false;
    }
  };

  return (next) =>
    async (request, callOptions = {}) => {
      const idempotent = callOptions.idempotent ?? options.idempotent ?? false;
      const budget = new TimeBudget(runtime, callOptions.timeoutMs);
      const backoff = new Backoff(policy);
      const failures: FunctionError[] = [];
      for (;;) {
        try {
          return await next(request, {
            ...callOptions,
            idempotent,
            timeoutMs: least(attemptTimeoutMs, budget.remainingMs),
          } satisfies CallOptions);
        } catch (error) {
          if (!(error instanceof FunctionError)) throw error;
          failures.push(error);
          const delayMs = backoff.nextMs(runtime.random.unit());
          const isLast = failures.length >= attemptsMax || delayMs >= (budget.remainingMs ?? Infinity);
          if (isLast || (error.outcomeUnknown && !idempotent) || !isWorthIt(error)) throw joined(failures);
          await pause(runtime, delayMs, callOptions.signal);
          if (budget.remainingMs === 0) throw joined(failures);
          retries.add();
        }
      }
    };
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** The last of the failures, with the attempts of all: whether a handler may have run the function is a matter of all. */
function joined(failures: readonly FunctionError[]): FunctionError {
  const last = failures.at(-1)!;
  if (failures.length === 1) return last;
  const { code, error, closeCode, existing, peer } = last;
  const attempts = failures.flatMap((failure) => failure.attempts).slice(-ATTEMPTS_TOLD_MAX);
  const message = `${last.message} (the last of ${failures.length} calls)`;
  return new FunctionError(code, message, { error, attempts, closeCode, existing, peer, cause: last });
}
