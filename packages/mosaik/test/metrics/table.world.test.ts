import { describe, expect, it } from "vitest";
import { METRICS } from "../../src/metrics/index.js";
import { useNodes } from "../nodes.js";
import { busyNetwork, samplesByName } from "./busy-network.js";
import { RUSTS } from "./rusts.js";

/** Series of these may lack the label. */
const OPTIONAL_LABELS = new Set(["function"]);

describe("the metrics of a busy network", () => {
  const context = useNodes();

  it("are all of Rust's, by name, kind and labels; each moves, and goes down again", { timeout: 120_000 }, async () => {
    const { nodes } = context;
    const [a, b] = await busyNetwork(nodes);
    const byName = samplesByName([a, b]);
    for (const [name, [kind, ...labels]] of Object.entries(RUSTS)) {
      const samples = byName.get(name) ?? [];
      expect(samples.length, `${name} is there`).toBeGreaterThan(0);
      for (const sample of samples) {
        expect(sample.kind, name).toBe(kind);
        const given = Object.keys(sample.labels);
        const required = labels.filter((label) => !OPTIONAL_LABELS.has(label));
        expect(labels, name).toEqual(expect.arrayContaining(given));
        expect(given, name).toEqual(expect.arrayContaining(required));
      }
      const values = samples.map(({ value }) => value);
      expect(Math.max(...values), `${name} has moved`).toBeGreaterThan(0);
      expect(Math.min(...values), name).toBeGreaterThanOrEqual(0);
    }

    await nodes.within(5000, b.close(), "b to leave");
    const levels = b.metrics.samples().filter(({ kind }) => kind === "gauge");
    const left = levels.filter(({ name }) => /\.(active|producers|consumers|inflight|committee\.[a-z_]+)$/.test(name));
    expect(left.length).toBeGreaterThan(5);
    for (const { name, labels, value } of left) expect(value, `${name} ${JSON.stringify(labels)}`).toBe(0);
    const neighbors = a.metrics.gauge("mosaik.discovery.gossip.neighbors");
    await nodes.until(() => neighbors.value === 0, 10_000, "a to have no neighbour");
    expect(a.metrics.gauge("mosaik.discovery.catalog.size").value).toBe(0);
  });
});

describe("the table of metrics", () => {
  it("marks those of Rust, with their kinds and labels", () => {
    const rusts = Object.entries(METRICS).filter(([, info]) => "isRusts" in info);
    expect(rusts.map(([name]) => name).sort()).toEqual(Object.keys(RUSTS).sort());
    for (const [name, info] of rusts) {
      const [kind, ...labels] = RUSTS[name]!;
      expect(info.kind, name).toBe(kind);
      expect(["network", ...("labels" in info ? info.labels : [])].sort(), name).toEqual(labels.sort());
    }
  });

  it("is in sentences", () => {
    for (const [name, { help }] of Object.entries(METRICS)) expect(help, name).toMatch(/^[A-Z0-9`].*\.$/);
  });
});
