import { readFileSync } from "node:fs";
import type { Gauge, Measured } from "./gauge.js";

/** How many tasks want to run. `/proc/loadavg`: `0.20 0.18 0.12 1/80 11206`. */
export class LoadGauge implements Gauge {
  measure(): Measured[] {
    const [minute, , , tasks] = readFileSync("/proc/loadavg", "utf8").split(" ");
    return [
      { metric: "running", value: Number(tasks?.split("/")[0] ?? 0), unit: "tasks" },
      { metric: "1 min", value: Number(minute ?? 0), unit: "tasks" },
    ];
  }
}
