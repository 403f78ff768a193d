export { Counter, Gauge, Metrics, type Labels, type MetricSample } from "./registry.js";
