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
  return {
    consumers: metrics.gauge("mosaik.streams.producer.consumers", labels),
    accepted: metrics.counter("mosaik.streams.producer.consumers.accepted", labels),
    rejected: metrics.counter("mosaik.streams.producer.consumers.rejected", labels),
    sent: metrics.counter("mosaik.streams.producer.items.sent", labels),
    bytes: metrics.counter("mosaik.streams.producer.bytes.sent", labels),
    dropped: metrics.counter("mosaik.streams.producer.items.dropped", labels),
    encoded: metrics.counter("mosaik.streams.producer.items.encoded", labels),
    undelivered: metrics.counter("mosaik.streams.producer.items.undelivered", labels),
    gaps: metrics.counter("mosaik.streams.producer.gaps", labels),
    totalDatums: metrics.counter("mosaik.streams.datums.total", labels),
    totalBytes: metrics.counter("mosaik.streams.bytes.total", labels),
  };
}
