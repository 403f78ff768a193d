/** Why a reading that was produced did not reach a viewer. */
export type LossReason = (typeof LOSS_REASONS)[number];

export const LOSS_REASONS = [
  "never subscribed",
  "before subscription",
  "gap",
  "in flight when the sensor was killed",
  "the viewer was killed",
  "in flight at the end",
] as const;

/** What is known of one sensor and one viewer. Readings are numbered from 1. */
export interface PairRecord {
  readonly sensor: string;
  readonly viewer: string;
  /** How many readings the sensor handed over, which is the number of the last one. */
  readonly produced: number;
  /** For each subscription that the sensor saw: the first reading that was due to the viewer. Empty if the sensor does not tell. */
  readonly subscribedFrom: readonly number[];
  /** What the viewer received, in its order. */
  readonly received: readonly number[];
  /** Which of the two was killed, or was killed first. */
  readonly brokenBy: "sensor" | "viewer" | undefined;
}

/** Where all readings of one sensor went, as one viewer is concerned. */
export interface PairAccount {
  readonly sensor: string;
  readonly viewer: string;
  readonly produced: number;
  /** Different readings received. */
  readonly received: number;
  /** Readings lost, by reason; reasons that do not occur are left out. */
  readonly lost: { readonly [reason in LossReason]?: number };
  /** Received once more. */
  readonly duplicates: number;
  /** Received after one with a greater number. */
  readonly outOfOrder: number;
  /** Received, but never produced. */
  readonly unknown: number;
}

/** Accounts for every reading: each one that was produced was received, or is lost for exactly one reason. */
export function accountOf(record: PairRecord): PairAccount {
  const { sensor, viewer, produced, received } = record;
  const arrivals = countArrivals(received, produced);
  const lost: { [reason in LossReason]?: number } = {};
  for (let seq = 1; seq <= produced; seq++) {
    if (arrivals.known.has(seq)) continue;
    const reason = reasonOf(seq, record, arrivals);
    lost[reason] = (lost[reason] ?? 0) + 1;
  }
  const { known, duplicates, outOfOrder, unknown } = arrivals;
  return { sensor, viewer, produced, received: known.size, lost, duplicates, outOfOrder, unknown };
}

/** How many readings are lost, for whatever reason. */
export function lostOf(account: PairAccount): number {
  return LOSS_REASONS.reduce((sum, reason) => sum + (account.lost[reason] ?? 0), 0);
}

interface Arrivals {
  /** The different readings that were both produced and received. */
  readonly known: ReadonlySet<number>;
  readonly first: number;
  readonly last: number;
  readonly duplicates: number;
  readonly outOfOrder: number;
  readonly unknown: number;
}

function countArrivals(received: readonly number[], produced: number): Arrivals {
  const known = new Set<number>();
  const strangers = new Set<number>();
  let first = Infinity;
  let last = 0;
  let duplicates = 0;
  let outOfOrder = 0;
  for (const seq of received) {
    const isProduced = Number.isInteger(seq) && seq >= 1 && seq <= produced;
    const seen = isProduced ? known : strangers;
    if (seen.has(seq)) duplicates++;
    else if (isProduced && seq < last) outOfOrder++;
    seen.add(seq);
    if (!isProduced) continue;
    first = Math.min(first, seq);
    last = Math.max(last, seq);
  }
  return { known, first, last, duplicates, outOfOrder, unknown: strangers.size };
}

function reasonOf(seq: number, record: PairRecord, { known, first, last }: Arrivals): LossReason {
  const { subscribedFrom, brokenBy } = record;
  const hasReceived = known.size > 0;
  if (!hasReceived && subscribedFrom.length === 0) return "never subscribed";
  if (seq < startOf(subscribedFrom, hasReceived ? first : Infinity)) return "before subscription";
  if (hasReceived && seq < last) return "gap";
  if (brokenBy === "sensor") return "in flight when the sensor was killed";
  return brokenBy === "viewer" ? "the viewer was killed" : "in flight at the end";
}

/**
 * The first reading that was due to the viewer. An attempt to subscribe that came to nothing is no subscription: what counts is the
 * last one before the first arrival. Without the sensor's word it is the first arrival itself.
 */
function startOf(subscribedFrom: readonly number[], firstArrival: number): number {
  const attempts = subscribedFrom.filter((seq) => seq <= firstArrival);
  return attempts.length > 0 ? Math.max(...attempts) : firstArrival;
}
