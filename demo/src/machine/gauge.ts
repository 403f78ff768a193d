/** One measured value. */
export interface Measured {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

/** Measures one side of this machine; rates are over about the last second. */
export interface Gauge {
  /** @param nowMs a monotonic clock */
  measure(nowMs: number): Measured[];
}
