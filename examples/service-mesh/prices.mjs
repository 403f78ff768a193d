// How the orders service asks for prices: version 1 as a rule, version 2 now and then.
import { FunctionError } from "mosaik";
import { bulkhead, circuitBreaker, compose, retry } from "mosaik/middleware";
import { isVersion, Price } from "./functions.mjs";
import { hedge } from "./hedge.mjs";

const CANARY_SHARE = 0.2;

/** @returns a call for a price */
export function priceCall(network) {
  const stable = compose(
    Price.caller(network, { requireHandler: isVersion(1) }),
    retry(network, { attemptTimeoutMs: 200, idempotent: true }),
    hedge(network, { afterMs: 50 }),
    bulkhead(network, { concurrentMax: 64, queueMax: 256 }),
  );
  const canary = compose(
    Price.caller(network, { requireHandler: isVersion(2) }),
    circuitBreaker(network, {
      failuresMax: 3,
      openMs: 1000,
      onTransition: (state) => console.log(`version 2: circuit ${state}`),
    }),
  );
  return async (item, options) => {
    if (Math.random() >= CANARY_SHARE) return stable(item, options);
    try {
      return await canary(item, { ...options, timeoutMs: 100 });
    } catch (error) {
      if (!(error instanceof FunctionError) || error.code === "application") throw error;
      return stable(item, options);
    }
  };
}
