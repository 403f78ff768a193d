import type { CounterName, GaugeName, LabelsOf, MetricName } from "./table.js";

/** Names and values that tell apart the series of one metric. Values of ids are their short form (spec 01 §11.4). */
export type Labels = Readonly<Record<string, string>>;

/** One value at one moment. */
export interface MetricSample {
  readonly name: MetricName;
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
  readonly name: MetricName;
  readonly labels: Labels;
  readonly metric: M;
}

type Measured = { readonly value: number };

/**
 * What one network counts. Every room takes its counters and gauges from here once and keeps them; exporters read `samples`.
 * The names are those of `METRICS`, and every sample carries the labels that the registry was made with.
 */
export class Metrics {
  readonly #common: Labels;
  readonly #counters = new Map<string, Series<Counter>>();
  readonly #gauges = new Map<string, Series<Gauge>>();
  readonly #measured = new Map<string, Series<Measured>>();

  constructor(common: Labels = {}) {
    this.#common = common;
  }

  /** The counter of this name and these labels; the same object every time. */
  counter<Name extends CounterName>(name: Name, labels?: LabelsOf<Name>): Counter {
    return seriesOf(this.#counters, name, labels as Labels | undefined, () => new Counter());
  }

  /** The gauge of this name and these labels; the same object every time. */
  gauge<Name extends GaugeName>(name: Name, labels?: LabelsOf<Name>): Gauge {
    return seriesOf(this.#gauges, name, labels as Labels | undefined, () => new Gauge());
  }

  /** A gauge whose value is measured whenever the samples are read. */
  measure(name: GaugeName, read: () => number): void {
    this.#measured.set(name, {
      name,
      labels: NONE,
      metric: {
        get value() {
          return read();
        },
      },
    });
  }

  /** Every metric as it stands, counters before gauges, in the order in which they were first asked for. */
  samples(): MetricSample[] {
    return [
      ...this.#samplesOf("counter", this.#counters),
      ...this.#samplesOf("gauge", this.#gauges),
      ...this.#samplesOf("gauge", this.#measured),
    ];
  }

  *#samplesOf(kind: MetricSample["kind"], known: ReadonlyMap<string, Series<Measured>>): Iterable<MetricSample> {
    for (const { name, labels, metric } of known.values()) {
      yield { name, kind, labels: { ...this.#common, ...labels }, value: metric.value };
    }
  }
}

const NONE: Labels = {};

function seriesOf<M>(known: Map<string, Series<M>>, name: MetricName, labels = NONE, create: () => M): M {
  const key = JSON.stringify([name, Object.entries(labels).sort()]);
  let series = known.get(key);
  if (series === undefined) {
    series = { name, labels, metric: create() };
    known.set(key, series);
  }
  return series.metric;
}
