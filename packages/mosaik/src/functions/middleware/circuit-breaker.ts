import type { Middleware } from "../call.js";
import { FunctionError, type FunctionErrorCode } from "../errors.js";
import { Circuit, type CircuitRules, type CircuitState } from "./circuit.js";
import type { MiddlewareHost } from "./host.js";
import { requireMs, requireWhole } from "./options.js";

export interface CircuitBreakerOptions extends Partial<CircuitRules> {
  /** So many failures in a row open the circuit. Default: 5. */
  readonly failuresMax?: number;
  /** How long it stays open before calls are let through to try, in ms. Default: 10,000. */
  readonly openMs?: number;
  /** How many calls at once are let through to try. Default: 1. */
  readonly probesMax?: number;
  /** So many of these must succeed in a row to close it. Default: 1. */
  readonly successesMin?: number;
  /** Which failures count; the others neither open nor close it. Default: `timeout`, `unavailable`, `rejected`, `transport`, `decode`. */
  readonly isFailure?: (error: FunctionError) => boolean;
  /** Called after each transition. What it throws is reported. */
  readonly onTransition?: (state: CircuitState) => void;
}

const FAILURES: ReadonlySet<FunctionErrorCode> = new Set(["timeout", "unavailable", "rejected", "transport", "decode"]);

/**
 * Fails calls at once while those before them failed, instead of letting each run into its timeout. An application error is an answer,
 * and so a success.
 *
 * Each call that it is put around has a circuit of its own.
 *
 * ```ts
 * const quote = compose(Quote.caller(network), circuitBreaker(network, { failuresMax: 3, openMs: 5_000 }));
 * ```
 *
 * @throws FunctionError `invalidOption`. The calls: `circuitOpen`
 */
export function circuitBreaker(host: MiddlewareHost, options: CircuitBreakerOptions = {}): Middleware {
  const { failuresMax = 5, openMs = 10_000, probesMax = 1, successesMin = 1 } = options;
  requireWhole("failuresMax", failuresMax, 1);
  requireMs("openMs", openMs);
  requireWhole("probesMax", probesMax, 1);
  requireWhole("successesMin", successesMin, 1);
  const { runtime, metrics } = host.local;
  const refused = metrics.counter("mosaik.functions.circuit.refused");
  const opened = metrics.counter("mosaik.functions.circuit.opened");

  const outcomeOf = (error: unknown): "success" | "failure" | "neither" => {
    if (!(error instanceof FunctionError)) return "neither";
    try {
      if (options.isFailure?.(error) ?? FAILURES.has(error.code)) return "failure";
    } catch (thrown) {
      runtime.report(thrown, "isFailure of a circuit breaker");
    }
    return error.code === "application" ? "success" : "neither";
  };
  const told = (state: CircuitState): void => {
    if (state === "open") opened.add();
    try {
      options.onTransition?.(state);
    } catch (thrown) {
      runtime.report(thrown, "onTransition of a circuit breaker");
    }
  };

  return (next) => {
    const circuit = new Circuit({ failuresMax, openMs, probesMax, successesMin });
    const watched = <T>(act: () => T): T => {
      const before = circuit.state;
      const result = act();
      if (circuit.state !== before) told(circuit.state);
      return result;
    };
    return async (request, callOptions) => {
      const passage = watched(() => circuit.enter(runtime.monoMs()));
      if (passage === undefined) {
        refused.add();
        const ms = Math.ceil(circuit.remainingMs(runtime.monoMs()));
        const until = ms > 0 ? `for another ${ms} ms` : "until the calls that try it have ended";
        throw new FunctionError("circuitOpen", `the calls before failed: none is made ${until}`);
      }
      const leave = (outcome: "success" | "failure" | "neither"): void =>
        watched(() => circuit.leave(passage, outcome, runtime.monoMs()));
      try {
        const reply = await next(request, callOptions);
        leave("success");
        return reply;
      } catch (error) {
        leave(outcomeOf(error));
        throw error;
      }
    };
  };
}
