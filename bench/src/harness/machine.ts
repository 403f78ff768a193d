import { cpus } from "node:os";

/** What all processors have done since some moment, in ms of processor time. */
export interface ProcessorTime {
  readonly busyMs: number;
  readonly totalMs: number;
}

/** What all processors have done so far, for every program of the machine. */
export function processorTime(): ProcessorTime {
  let busyMs = 0;
  let idleMs = 0;
  for (const { times } of cpus()) {
    busyMs += times.user + times.nice + times.sys + times.irq;
    idleMs += times.idle;
  }
  return { busyMs, totalMs: busyMs + idleMs };
}

/**
 * Which share of the machine other programs used between two moments, from 0 to 1: how far figures can be trusted.
 *
 * @param ownMs processor time of those that are measured
 */
export function foreignShare(before: ProcessorTime, after: ProcessorTime, ownMs: number): number {
  const totalMs = after.totalMs - before.totalMs;
  if (totalMs <= 0) return 0;
  return Math.min(Math.max((after.busyMs - before.busyMs - ownMs) / totalMs, 0), 1);
}
