import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Network, type NetworkOptions } from "../../src/node/index.js";
import { MemoryUdp, Simulator } from "../../src/testing/index.js";
import { startTestnet } from "../dht/testnet.js";

const ROUTERS = ["10.0.0.0:7000"];

describe("nodes that are given nothing but the network's id", () => {
  let sim: Simulator;
  let udp: MemoryUdp;
  let nodes: Network[];

  beforeEach(() => {
    udp = new MemoryUdp();
    sim = new Simulator({ seed: expect.getState().currentTestName ?? "", udp, resolvesBareIds: false });
    startTestnet(udp, sim.runtime("dht"), 24);
    nodes = [];
  });

  afterEach(async () => {
    await sim.within(10_000, Promise.all(nodes.map((node) => node.close())));
    expect(sim.reports).toEqual([]);
    await sim.close();
  });

  const join = async (name: string, options: NetworkOptions = {}): Promise<Network> => {
    const joining = Network.join("bare", {
      runtime: sim.runtime(name),
      relay: "none",
      ...options,
      discovery: { dht: { routers: ROUTERS }, ...options.discovery },
    });
    const node = await sim.within(1000, joining);
    nodes.push(node);
    return node;
  };
  const know = (count: number) => (): boolean =>
    nodes.every((node) => node.discovery.catalog.peers().length === count - 1);
  const counted = (node: Network, name: string, labels: Record<string, string>): number =>
    node.metrics
      .samples()
      .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
      .reduce((sum, { value }) => sum + value, 0);

  it.each([2, 3, 5, 10, 15, 35])("auto_bootstrap: %i of them find each other", async (count) => {
    await Promise.all(Array.from({ length: count }, (_, i) => join(`n${i}`)));
    await sim.until(know(count), { withinMs: 60_000, what: "all to know all" });
  });

  it("find each other again where the one that both had found is gone", async () => {
    const [first] = [await join("a"), await join("b")];
    await sim.until(know(2), { withinMs: 30_000 });
    sim.faults.crash("a");
    nodes.splice(nodes.indexOf(first), 1);
    await join("c");
    await sim.until(know(2), { withinMs: 90_000, what: "c and b to meet although a is dead" });
  });

  it("ask nobody where the program says so", async () => {
    await join("a", { discovery: { dht: false } });
    await sim.advance(60_000);
    expect(udp.sent).toEqual([]);
  });

  it("are refused for options that nobody can mean", async () => {
    for (const dht of [{ routers: ["nowhere"] }, { port: 70_000 }, { families: [] }, { requestTimeoutMs: 0 }]) {
      await expect(join("a", { discovery: { dht } })).rejects.toMatchObject({ code: "invalidOption" });
    }
  });

  it("count what they see and write", async () => {
    const [a] = [await join("a"), await join("b")];
    await sim.until(know(2), { withinMs: 30_000 });
    await sim.advance(90_000);
    expect(counted(a, "mosaik.discovery.dht.scans", {})).toBeGreaterThan(1);
    expect(counted(a, "mosaik.discovery.dht.writes", { kind: "publish", outcome: "stored" })).toBe(1);
    expect(counted(a, "mosaik.discovery.dht.slots", { kind: "mine" })).toBe(1);
    expect(counted(a, "mosaik.discovery.dht.slots", { kind: "peer" })).toBe(1);
    expect(counted(a, "mosaik.discovery.dht.slots", { kind: "empty" })).toBe(14);
  });

  it("go on looking while there is no DHT at all", async () => {
    const [a, b] = [await join("a", { discovery: { dht: { routers: ["10.9.9.9:1"] } } }), await join("b")];
    await sim.advance(60_000);
    expect([a, b].map((node) => node.discovery.catalog.peers().length)).toEqual([0, 0]);
    expect(counted(a, "mosaik.discovery.dht.slots", { kind: "unknown" })).toBe(16);
  });
});
