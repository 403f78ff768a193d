export { Counter, Gauge, Metrics, type Labels, type MetricSample } from "./registry.js";
export { METRICS, type CounterName, type GaugeName, type LabelsOf, type MetricInfo, type MetricName } from "./table.js";
