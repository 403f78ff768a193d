/**
 * Metrics for Prometheus. Needs `prom-client`, which is no dependency of `mosaik`: `npm install prom-client`.
 *
 * @module
 */
export { PrometheusError, type PrometheusErrorCode } from "./errors.js";
export { prometheusName, registerMetrics } from "./register.js";
export { servePrometheus, type PrometheusExporter, type PrometheusOptions } from "./serve.node.js";
