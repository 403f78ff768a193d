import type { Counter, Gauge, Metrics } from "../../metrics/index.js";
import type { StreamId } from "../../primitives/index.js";

/** What is counted of one produced stream, by Rust's names where it has them (spec 04 §4.7). */
export interface ProducerMetrics {
  readonly consumers: Gauge;
  readonly accepted: Counter;
  readonly rejected: Counter;
  /** Datums that connections of consumers have taken, each for each consumer; and their payload bytes. */
  readonly sent: Counter;
  readonly bytes: Counter;
  /** Datums that a consumer did not get: by the lag policy, or since it was gone. */
  readonly dropped: Counter;
  /** Datums that were encoded, each once. */
  readonly encoded: Counter;
  readonly undelivered: Counter;
  readonly gaps: Counter;
  /** Datums and bytes of the stream at this node, sent and received. */
  readonly totalDatums: Counter;
  readonly totalBytes: Counter;
}

export function producerMetrics(metrics: Metrics, streamId: StreamId): ProducerMetrics {
  const labels = { stream: streamId.short() };
  const counter = (name: string): Counter => metrics.counter(`mosaik.streams.${name}`, labels);
  return {
    consumers: metrics.gauge("mosaik.streams.producer.consumers", labels),
    accepted: counter("producer.consumers.accepted"),
    rejected: counter("producer.consumers.rejected"),
    sent: counter("producer.items.sent"),
    bytes: counter("producer.bytes.sent"),
    dropped: counter("producer.items.dropped"),
    encoded: counter("producer.items.encoded"),
    undelivered: counter("producer.items.undelivered"),
    gaps: counter("producer.gaps"),
    totalDatums: counter("datums.total"),
    totalBytes: counter("bytes.total"),
  };
}
