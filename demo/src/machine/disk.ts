import { existsSync, readFileSync, statfsSync } from "node:fs";
import { CounterRate } from "./counter-rate.js";
import type { Gauge, Measured } from "./gauge.js";

const SECTOR_BYTES = 512;
const GIB = 1024 ** 3;

/** What is written to the disks, and how much room there is where we are. */
export class DiskGauge implements Gauge {
  readonly #written = new CounterRate();

  measure(nowMs: number): Measured[] {
    const { bavail, bsize } = statfsSync(".");
    const bytes = this.#written.perSecond(nowMs, sectorsWritten() * SECTOR_BYTES);
    return [
      { metric: "written", value: bytes / 1024, unit: "KiB/s" },
      { metric: "free", value: (bavail * bsize) / GIB, unit: "GiB" },
    ];
  }
}

/** Of whole disks: a partition's sectors are its disk's too. `/proc/diskstats`: `major minor name reads . sectors . writes . sectors`. */
function sectorsWritten(): number {
  const stats = existsSync("/proc/diskstats") ? readFileSync("/proc/diskstats", "utf8") : "";
  let sectors = 0;
  for (const line of stats.split("\n")) {
    const fields = line.trim().split(/\s+/);
    const name = fields[2] ?? "";
    if (!/^(loop|ram|zram|dm-|md)/.test(name) && existsSync(`/sys/block/${name}`)) sectors += Number(fields[9] ?? 0);
  }
  return sectors;
}
