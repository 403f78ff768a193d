import type { Metrics } from "../../metrics/index.js";
import type { Runtime } from "../../runtime/index.js";

/** What middleware takes its clock, its randomness and its metrics from: a `Network`. */
export interface MiddlewareHost {
  readonly local: {
    readonly runtime: Pick<Runtime, "monoMs" | "after" | "random" | "hash" | "report">;
    readonly metrics: Metrics;
  };
}
