import type { Counter, Gauge, Metrics } from "../../metrics/index.js";
import type { StreamId } from "../../primitives/index.js";

/** What is counted of a stream's consumers (spec 04 §4.7, and what Rust does not count). */
export interface ConsumerMetrics {
  readonly active: Gauge;
  readonly producers: Gauge;
  readonly items: Counter;
  readonly bytes: Counter;
  /** Datums given up because the queue was full. */
  readonly dropped: Counter;
  /** Breaks after which something is missing, or may be. */
  readonly gaps: Counter;
  /** Datums that are known to be missing. */
  readonly lost: Counter;
  readonly resumed: Counter;
  /** Producers that refused this consumer, or that it does not want. */
  readonly refused: Counter;
  /** Datums and bytes of the stream at this node, sent and received. */
  readonly totalDatums: Counter;
  readonly totalBytes: Counter;
  /** Subscriptions that a producer closed with a code. */
  closes(code: number): Counter;
}

export function consumerMetrics(metrics: Metrics, streamId: StreamId): ConsumerMetrics {
  const labels = { stream: streamId.short() };
  return {
    active: metrics.gauge("mosaik.streams.consumers.active", labels),
    producers: metrics.gauge("mosaik.streams.consumer.producers", labels),
    items: metrics.counter("mosaik.streams.consumer.items.received", labels),
    bytes: metrics.counter("mosaik.streams.consumer.bytes.received", labels),
    dropped: metrics.counter("mosaik.streams.consumer.items.dropped", labels),
    gaps: metrics.counter("mosaik.streams.consumer.gaps", labels),
    lost: metrics.counter("mosaik.streams.consumer.items.lost", labels),
    resumed: metrics.counter("mosaik.streams.consumer.resumed", labels),
    refused: metrics.counter("mosaik.streams.consumer.producers.refused", labels),
    totalDatums: metrics.counter("mosaik.streams.datums.total", labels),
    totalBytes: metrics.counter("mosaik.streams.bytes.total", labels),
    closes: (code) => metrics.counter("mosaik.streams.consumer.closes", { ...labels, code: String(code) }),
  };
}
