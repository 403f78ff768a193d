import { CpuGauge } from "./cpu.js";
import { DiskGauge } from "./disk.js";
import type { Gauge } from "./gauge.js";
import { LoadGauge } from "./load.js";
import { MemoryGauge } from "./memory.js";
import { TrafficGauge } from "./traffic.js";

/** What can be measured here. */
export type GaugeKind = "cpu" | "memory" | "disk" | "network" | "load";

/** A gauge of a kind. Measures once, so that what cannot be measured on this machine fails at the start. */
export function openGauge(kind: GaugeKind, nowMs: number): Gauge {
  const gauge = create(kind);
  gauge.measure(nowMs);
  return gauge;
}

function create(kind: GaugeKind): Gauge {
  switch (kind) {
    case "cpu":
      return new CpuGauge();
    case "memory":
      return new MemoryGauge();
    case "disk":
      return new DiskGauge();
    case "network":
      return new TrafficGauge();
    case "load":
      return new LoadGauge();
  }
}
