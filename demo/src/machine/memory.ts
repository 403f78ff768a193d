import { readFileSync } from "node:fs";
import type { Gauge, Measured } from "./gauge.js";

/** How much memory is in use, and how much of it is the page cache's. */
export class MemoryGauge implements Gauge {
  measure(): Measured[] {
    const meminfo = readFileSync("/proc/meminfo", "utf8");
    const mib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(meminfo)?.[1] ?? 0) / 1024;
    return [
      { metric: "used", value: mib("MemTotal") - mib("MemAvailable"), unit: "MiB" },
      { metric: "cached", value: mib("Cached"), unit: "MiB" },
    ];
  }
}
