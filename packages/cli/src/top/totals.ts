import type { ObservedStatus } from "mosaik/status";

/** What a peer tells, summed up. */
export interface Totals {
  /** Datums that it sends, each counted once, and that its programs take. */
  readonly outPerSecond: number;
  readonly inPerSecond: number;
  /** Payload bytes of both. */
  readonly bytesPerSecond: number;
  /** Calls that it answers, and makes. */
  readonly callsPerSecond: number;
  /** Datums that wait for consumers, or for its programs. */
  readonly queued: number;
}

export function totalsOf({ producers, consumers, handlers, callers }: ObservedStatus): Totals {
  const sum = <T>(list: readonly T[], value: (item: T) => number | undefined): number =>
    list.reduce((total, item) => total + (value(item) ?? 0), 0);
  return {
    outPerSecond: sum(producers, ({ perSecond }) => perSecond?.sent),
    inPerSecond: sum(consumers, ({ perSecond }) => perSecond?.datums),
    bytesPerSecond:
      sum(producers, ({ perSecond }) => perSecond?.bytes) + sum(consumers, ({ perSecond }) => perSecond?.bytes),
    callsPerSecond:
      sum(handlers, ({ perSecond }) => perSecond?.served) + sum(callers, ({ perSecond }) => perSecond?.completed),
    queued: sum(producers, ({ queued }) => queued) + sum(consumers, ({ waiting }) => waiting),
  };
}
