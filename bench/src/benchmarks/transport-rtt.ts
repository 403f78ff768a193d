import type { Benchmark } from "../benchmark.js";
import { bareRoundTrips } from "../transport/round-trips.js";

/** The bare addon, a small message there and back. */
export const transportRtt: Benchmark = {
  name: "transport-rtt",
  unit: "us (p50)",
  better: "lower",
  beginsAnew: true,
  ours: bareRoundTrips(),
  rivals: [],
};
