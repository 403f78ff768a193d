/**
 * Traces for OpenTelemetry. Needs `@opentelemetry/api`, which is no dependency of `mosaik`: `npm install @opentelemetry/api`, and an SDK that
 * exports what is traced.
 *
 * @module
 */
export { instrument, type InstrumentOptions } from "./instrument.js";
