import { blake3 } from "@mosaik/iroh";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mdnsOf } from "../../src/discovery/index.js";
import { Network } from "../../src/node/index.js";
import { Digest } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";

describe("nodes on one local network", () => {
  let sim: Simulator;
  const nodes: Network[] = [];

  beforeEach(() => {
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "", resolvesBareIds: false });
  });

  afterEach(async () => {
    await sim.within(10_000, Promise.all(nodes.splice(0).map((node) => node.close())));
    expect(sim.reports).toEqual([]);
    await sim.close();
  });

  const join = async (name: string, networkId: string, mdns: boolean): Promise<Network> => {
    const options = { runtime: sim.runtime(name), relay: "none", discovery: { mdns } } as const;
    const node = await sim.within(1000, Network.join(networkId, options));
    nodes.push(node);
    return node;
  };
  const known = (node: Network): number => node.discovery.catalog.peers().length;

  it("find each other where they look for each other there, and are of one network", async () => {
    const ours = [await join("a", "ours", true), await join("b", "ours", true), await join("c", "ours", true)];
    const others = [await join("d", "theirs", true), await join("e", "ours", false)];
    await sim.until(() => ours.every((node) => known(node) === 2), {
      withinMs: 10_000,
      what: "ours to know each other",
    });
    await sim.advance(10_000);
    expect([...ours, ...others].map(known)).toEqual([2, 2, 2, 0, 0]);
  });

  it("are not led about by those who name many: 64 wait, and the others are passed over", async () => {
    const node = await join("a", "ours", true);
    for (let i = 0; i < 1000; i++) {
      const id = Buffer.from(blake3(Buffer.from(`${i}`))).toString("hex");
      node.discovery.foundOnLan({ id, relayUrls: [], directAddrs: [`10.9.9.9:${i + 1}`] });
    }
    expect(node.metrics.counter("mosaik.discovery.lan.ignored").value).toBe(1000 - 64);
    // They are given up after seven pings each.
    await sim.advance(600_000);
    expect(known(node)).toBe(0);
    await join("b", "ours", true);
    await sim.until(() => known(node) === 1, { withinMs: 10_000, what: "the real one to be known" });
  });

  it("are asked again where they did not answer", async () => {
    const first = await join("a", "ours", true);
    sim.runtime("b");
    sim.faults.partition("a", "b");
    await join("b", "ours", true);
    await sim.advance(15_000);
    expect(known(first)).toBe(0);
    sim.faults.heal("a", "b");
    await sim.until(() => known(first) === 1, { withinMs: 40_000, what: "the two to meet" });
  });

  it("ask for a service that does not give the network's id away", () => {
    const service = (name: string): string => mdnsOf({ hash: blake3 }, Digest.from(name), () => {}).serviceName;
    expect(service("ours")).toMatch(/^m[0-9a-f]{14}$/);
    expect(service("ours")).not.toBe(service("theirs"));
    expect(Digest.from("ours").hex).not.toContain(service("ours").slice(1));
  });
});
