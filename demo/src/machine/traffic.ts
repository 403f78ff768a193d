import { readFileSync } from "node:fs";
import { CounterRate } from "./counter-rate.js";
import type { Gauge, Measured } from "./gauge.js";

/** What comes in and goes out through all network interfaces; the loopback, and so the demo's own traffic, among them. */
export class TrafficGauge implements Gauge {
  readonly #received = new CounterRate();
  readonly #sent = new CounterRate();

  measure(nowMs: number): Measured[] {
    const bytes = trafficBytes(readFileSync("/proc/net/dev", "utf8"));
    return [
      { metric: "in", value: this.#received.perSecond(nowMs, bytes.received) / 1024, unit: "KiB/s" },
      { metric: "out", value: this.#sent.perSecond(nowMs, bytes.sent) / 1024, unit: "KiB/s" },
    ];
  }
}

/** Two lines of headings, then `name: bytes` and seven more fields for what was received, and the same for what was sent. */
function trafficBytes(dev: string): { received: number; sent: number } {
  let received = 0;
  let sent = 0;
  for (const line of dev.split("\n").slice(2)) {
    const fields = (line.split(":")[1] ?? "").trim().split(/\s+/);
    received += Number(fields[0] ?? 0);
    sent += Number(fields[8] ?? 0);
  }
  return { received, sent };
}
