import { Counter, Gauge, type Registry } from "prom-client";
import { METRICS, type Labels, type MetricInfo, type MetricSample } from "../metrics/index.js";
import type { Network } from "../node/index.js";
import { PrometheusError } from "./errors.js";

/** What is registered of a registry: the networks that its metrics are read from. */
const exported = new WeakMap<Registry, Set<Network>>();

/**
 * Adds what a network counts to a registry of `prom-client`, for programs that have an endpoint of their own. It is read when the registry is.
 * A registry takes any number of networks: their series differ in the label `network`; those of two nodes of one network also in `node`.
 *
 * @returns takes the network out again; closing the network does so too
 * @throws PrometheusError `nameTaken`
 */
export function registerMetrics(network: Network, registry: Registry): () => void {
  let networks = exported.get(registry);
  if (networks === undefined) exported.set(registry, (networks = new Set()));
  if (networks.size === 0) define(registry, networks);
  const its = networks;
  its.add(network);
  const remove = (): void => {
    if (!its.delete(network) || its.size > 0) return;
    for (const name of Object.keys(METRICS)) registry.removeSingleMetric(prometheusName(name));
  };
  void network.closed.then(remove);
  return remove;
}

/** A metric's name in the exposition, as Rust's exporter makes it (spec 07 §11.1). */
export function prometheusName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_:]/g, "_");
}

function define(registry: Registry, networks: ReadonlySet<Network>): void {
  const taken = Object.keys(METRICS)
    .map(prometheusName)
    .find((name) => registry.getSingleMetric(name) !== undefined);
  if (taken !== undefined) throw new PrometheusError("nameTaken", `the registry has a metric ${taken} already`);
  const scrape = new Scrape(networks);
  for (const [name, { kind, help, labels = [] }] of Object.entries<MetricInfo>(METRICS)) {
    const shape = {
      name: prometheusName(name),
      help,
      labelNames: ["network", "node", ...labels],
      registers: [registry],
    };
    if (kind === "gauge") {
      new Gauge({
        ...shape,
        collect() {
          this.reset();
          for (const { labels, value } of scrape.samplesOf(name)) this.set(labels, value);
        },
      });
    } else {
      new Counter({
        ...shape,
        collect() {
          this.reset();
          for (const { labels, value } of scrape.samplesOf(name)) this.inc(labels, value);
        },
      });
    }
  }
}

type Sampled = Pick<MetricSample, "labels" | "value">;

/** The samples of all networks, read once for all metrics that are asked for in one turn. */
class Scrape {
  readonly #networks: ReadonlySet<Network>;
  #byName: Map<string, Sampled[]> | undefined;

  constructor(networks: ReadonlySet<Network>) {
    this.#networks = networks;
  }

  samplesOf(name: string): readonly Sampled[] {
    if (this.#byName === undefined) {
      this.#byName = this.#read();
      queueMicrotask(() => (this.#byName = undefined));
    }
    return this.#byName.get(name) ?? [];
  }

  #read(): Map<string, Sampled[]> {
    const byName = new Map<string, Sampled[]>();
    const ids = [...this.#networks].map(({ id }) => id);
    const isShared = new Set(ids.filter((id, i) => ids.indexOf(id) !== i));
    for (const { id, local, metrics } of this.#networks) {
      const added: Labels = isShared.has(id) ? { node: local.id.short() } : {};
      for (const { name, labels, value } of metrics.samples()) {
        let samples = byName.get(name);
        if (samples === undefined) byName.set(name, (samples = []));
        samples.push({ labels: { ...labels, ...added }, value });
      }
    }
    return byName;
  }
}
