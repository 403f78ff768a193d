/** The middle of the values; of an even number of them, the mean of the two in the middle. @throws RangeError of none */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("the median of no values");
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least `share` (0 to 1) of the values do not exceed. @throws RangeError of none */
export function percentile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) throw new RangeError("a percentile of no values");
  const rank = Math.ceil(share * values.length);
  return ascending(values)[Math.min(Math.max(rank, 1), values.length) - 1]!;
}

/** Of an array of numbers alone, which is sorted several times as fast: some of this is done while calls are timed. */
function ascending(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}
