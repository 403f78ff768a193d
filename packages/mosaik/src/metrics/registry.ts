/** Names and values that tell apart the series of one metric. Values of ids are their short form (spec 01 §11.4). */
export type Labels = Readonly<Record<string, string>>;

/** One value at one moment. */
export interface MetricSample {
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly labels: Labels;
  readonly value: number;
}

/** A count that only grows. */
export class Counter {
  #value = 0;

  add(amount = 1): void {
    this.#value += amount;
  }

  get value(): number {
    return this.#value;
  }
}

/** A level that goes up and down. */
export class Gauge {
  #value = 0;

  set(value: number): void {
    this.#value = value;
  }

  add(amount = 1): void {
    this.#value += amount;
  }

  get value(): number {
    return this.#value;
  }
}

interface Series<M> {
  readonly name: string;
  readonly labels: Labels;
  readonly metric: M;
}

/**
 * What one network counts. Every room takes its counters and gauges from here once and keeps them; exporters read `samples`.
 * Names are Rust's dotted names (spec 01 §11.4), and every sample carries the labels that the registry was made with.
 */
export class Metrics {
  readonly #common: Labels;
  readonly #counters = new Map<string, Series<Counter>>();
  readonly #gauges = new Map<string, Series<Gauge>>();

  constructor(common: Labels = {}) {
    this.#common = common;
  }

  /** The counter of this name and these labels; the same object every time. */
  counter(name: string, labels: Labels = {}): Counter {
    return seriesOf(this.#counters, name, labels, () => new Counter());
  }

  /** The gauge of this name and these labels; the same object every time. */
  gauge(name: string, labels: Labels = {}): Gauge {
    return seriesOf(this.#gauges, name, labels, () => new Gauge());
  }

  /** Every metric as it stands, in the order in which they were first asked for. */
  samples(): MetricSample[] {
    const samples: MetricSample[] = [];
    for (const { name, labels, metric } of this.#counters.values()) {
      samples.push({ name, kind: "counter", labels: { ...this.#common, ...labels }, value: metric.value });
    }
    for (const { name, labels, metric } of this.#gauges.values()) {
      samples.push({ name, kind: "gauge", labels: { ...this.#common, ...labels }, value: metric.value });
    }
    return samples;
  }
}

function seriesOf<M>(known: Map<string, Series<M>>, name: string, labels: Labels, create: () => M): M {
  const key = JSON.stringify([name, Object.entries(labels).sort()]);
  let series = known.get(key);
  if (series === undefined) {
    series = { name, labels, metric: create() };
    known.set(key, series);
  }
  return series.metric;
}
