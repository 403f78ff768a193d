import { readFileSync } from "node:fs";
import { CounterRate } from "./counter-rate.js";
import type { Gauge, Measured } from "./gauge.js";

/** The share of time in which the processors were busy. */
export class CpuGauge implements Gauge {
  readonly #busy = new CounterRate();
  readonly #total = new CounterRate();

  measure(nowMs: number): Measured[] {
    const ticks = cpuTicks(readFileSync("/proc/stat", "utf8"));
    const busy = this.#busy.add(nowMs, ticks.busy).growth;
    const total = this.#total.add(nowMs, ticks.total).growth;
    return [{ metric: "busy", value: total === 0 ? 0 : (100 * busy) / total, unit: "%" }];
  }
}

/** The first line of `/proc/stat`: `cpu user nice system idle iowait irq softirq steal ...`, of which two are idle. */
function cpuTicks(stat: string): { busy: number; total: number } {
  const ticks = stat.slice(0, stat.indexOf("\n")).trim().split(/\s+/).slice(1, 9).map(Number);
  const total = ticks.reduce((sum, tick) => sum + tick, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { busy: total - idle, total };
}
