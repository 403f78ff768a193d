import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";

/** The metrics of spec 01 §11.4 and spec 02 §5.5, by room: name and kind. */
const TABLE = {
  "mosaik.network.connections.opened": "counter",
  "mosaik.network.egress.bytes": "counter",
  "mosaik.network.ingress.bytes": "counter",
  "mosaik.discovery.catalog.size": "gauge",
  "mosaik.discovery.catalog.syncs": "counter",
  "mosaik.discovery.gossip.neighbors": "gauge",
  "mosaik.discovery.peers.discovered": "counter",
  "mosaik.discovery.peers.updated": "counter",
  "mosaik.discovery.peers.departed": "counter",
} as const;

describe("the metrics of network, discovery and gossip", () => {
  const context = useNodes();

  it("are those of Rust, by name, kind and label, and count what happens", async () => {
    const { nodes } = context;
    const [a, b] = await nodes.joinMany(2, "metrics");
    const value = (name: string): number | undefined =>
      a!.metrics.samples().find((sample) => sample.name === name)?.value;
    await nodes.discoverAll(a!, b!);
    b!.discovery.addTags("gpu");
    await nodes.until(() => value("mosaik.discovery.peers.updated")! > 0, 5000, "an update to be counted");
    await nodes.until(() => value("mosaik.discovery.gossip.neighbors") === 1, 5000, "a neighbour to be counted");
    const sizes = [value("mosaik.discovery.catalog.size")];
    await nodes.within(5000, b!.close(), "b to leave");
    await nodes.until(() => value("mosaik.discovery.peers.departed") === 1, 5000, "a departure to be counted");
    expect([...sizes, value("mosaik.discovery.catalog.size")]).toEqual([1, 0]);
    const samples = a!.metrics.samples();
    for (const [name, kind] of Object.entries(TABLE)) {
      const sample = samples.find((candidate) => candidate.name === name);
      expect(sample, name).toMatchObject({ kind, labels: { network: a!.local.networkId.short() } });
    }
    for (const [name, kind] of Object.entries(TABLE))
      if (kind === "counter") expect(value(name), name).toBeGreaterThan(0);
  });
});
