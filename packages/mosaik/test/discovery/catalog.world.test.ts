import { describe, expect, it } from "vitest";
import { PeerEntry } from "../../src/network/index.js";
import { useNodes } from "../nodes.js";

describe("tests/discovery/catalog.rs", () => {
  const context = useNodes();

  it("converge_with_bootstrap", async () => {
    const { nodes } = context;
    const first = await nodes.join("bootstrap");
    const others = [];
    for (let i = 0; i < 10; i++) {
      others.push(await nodes.join(`node-${i}`, "test", { discovery: { bootstrap: [first.local.address()] } }));
    }
    const all = [first, ...others];
    const haveConverged = (): boolean => all.every(({ discovery }) => discovery.catalog.peersCount() === 10);
    await nodes.until(haveConverged, 10_000, "all catalogs to hold 10 peers");
  });

  it("manual_sync_trigger", async () => {
    const { nodes } = context;
    const [a, b] = await nodes.joinMany(2);
    const { entry } = b!.discovery.me();
    expect(a!.discovery.insert(new PeerEntry({ ...entry }))).toBe(true);
    expect(a!.discovery.catalog.peersCount()).toBe(1);
    expect(a!.discovery.catalog.signedPeersCount()).toBe(0);
    expect(b!.discovery.catalog.peersCount()).toBe(0);

    await nodes.within(5000, a!.discovery.syncWith(b!.local.id), "the sync by a bare id");
    await nodes.until(() => b!.discovery.catalog.signedPeersCount() === 1, 5000, "b to know a");
    expect(a!.discovery.catalog.signedPeersCount()).toBe(1);
    expect(a!.discovery.catalog.unsignedPeers()).toHaveLength(0);
    expect(a!.discovery.catalog.getSigned(b!.local.id)?.entry.id).toBe(b!.local.id);
  });

  it("different_networks_are_isolated", async () => {
    const { nodes } = context;
    const one = await nodes.joinMany(2, "one");
    const two = await nodes.joinMany(3, "two");
    await nodes.discoverAll(...one, ...two);
    const counts = [...one, ...two].map(({ discovery }) => discovery.catalog.peersCount());
    expect(counts).toEqual([1, 1, 2, 2, 2]);
    for (const { id, discovery } of [...one, ...two]) {
      for (const { entry } of discovery.catalog.signedPeers()) expect(entry.network).toBe(id);
    }
  });
});
