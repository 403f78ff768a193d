import { stream, t } from "mosaik";

/** What every sensor sends. The Rust peer of `interop` has the same struct. */
export const Reading = t.struct("mosaik_demo::Reading", {
  sensor: t.string,
  metric: t.string,
  value: t.f64,
  unit: t.string,
  /** Counts the readings of one sensor from 1, without a gap. */
  seq: t.u64.asNumber(),
  /** When it was measured, in milliseconds since the Unix epoch. */
  at_ms: t.u64.asNumber(),
});
export type Reading = t.Infer<typeof Reading>;

/** The one stream of the demo, in the form that the Rust peer takes too. */
export const STREAM_ID = "mosaik_demo/readings";

/**
 * A sensor measures and sends whether or not somebody listens: what nobody was there for counts as produced, and as lost `before
 * subscription`. (By default `send` would wait for the first consumer, and nothing could ever be early.)
 */
export const Readings = stream(STREAM_ID, Reading, {
  producer: { onlineWhen: (subscribed) => subscribed.minimumOf(0) },
});

/** The tag by which a viewer finds the peer behind a sensor's name. */
export function sensorTag(sensor: string): string {
  return `mosaik_demo.sensor.${sensor}`;
}
