import { readFileSync } from "node:fs";

const PAGE_BYTES = 4096;
/** Linux counts processor time for programs in hundredths of a second. */
const TICK_MICROS = 10_000;

/** What a process has in memory, in bytes. */
export function residentBytesOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * PAGE_BYTES;
}

/** The processor time that a process has used on all its threads, in microseconds. */
export function cpuMicrosOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  // Behind the program's name, which may have spaces: state, parent, …
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}
