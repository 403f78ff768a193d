import { describe, expect, it } from "vitest";
import { Network } from "../../src/node/index.js";
import { randomFaults, Simulator } from "../../src/testing/index.js";

/** Seeds of each simulation; 100 in the full run. */
const seeds = Number(process.env["MOSAIK_SCALE_SEEDS"] ?? 10);
/** Minutes of churn; 10 in the full run. */
const churnMinutes = Number(process.env["MOSAIK_CHURN_MINUTES"] ?? 1);

async function join(sim: Simulator, name: string, bootstrap: Network[]): Promise<Network> {
  const discovery = { bootstrap: bootstrap.map(({ local }) => local.address()) };
  return sim.within(5000, Network.join("scale", { runtime: sim.runtime(name), relay: "none", discovery }), name);
}

async function joinMany(sim: Simulator, count: number): Promise<Network[]> {
  const nodes: Network[] = [];
  for (let i = 0; i < count; i++) nodes.push(await join(sim, `node-${i}`, nodes.slice(0, 1)));
  return nodes;
}

const knowEachOther = (nodes: readonly Network[]): boolean =>
  nodes.every(({ discovery }) => nodes.every(({ local }) => discovery.catalog.getSigned(local.id) !== undefined));

describe(`many whole nodes, ${seeds} seeds`, () => {
  it(
    "100 nodes meet through one bootstrap peer: within 10 s after the last join in 95 % of seeds, within 70 s in all",
    { timeout: 60_000 * seeds },
    async () => {
      let withinTen = 0;
      for (let seed = 0; seed < seeds; seed++) {
        const sim = new Simulator({ seed });
        const nodes = await joinMany(sim, 100);
        const joinedMs = sim.nowMs;
        const haveMet = (): boolean => nodes.every(({ discovery }) => discovery.catalog.signedPeersCount() === 99);
        await sim.until(haveMet, { withinMs: 70_000, what: "100 nodes to meet" });
        if (sim.nowMs - joinedMs <= 10_000) withinTen++;
        expect(sim.reports).toEqual([]);
        await sim.close();
      }
      expect(withinTen).toBeGreaterThanOrEqual(0.95 * seeds);
    },
  );

  it("12 nodes come through two minutes of every fault", { timeout: 30_000 * seeds }, async () => {
    for (let seed = 0; seed < seeds; seed++) {
      const sim = new Simulator({ seed });
      const nodes = await joinMany(sim, 12);
      await sim.until(() => knowEachOther(nodes), { withinMs: 20_000, what: "12 nodes to meet" });
      const plan = { durationMs: 120_000, count: 60, lastsMaxMs: 20_000, skewMaxMs: 30_000 };
      const names = nodes.map((_, i) => `node-${i}`);
      await sim.play(randomFaults(sim.runtime("fate").random, { nodes: names, ...plan }));
      sim.faults.healAll();
      await sim.until(() => knowEachOther(nodes), { withinMs: 70_000, what: "12 nodes to know each other again" });
      expect(sim.reports).toEqual([]);
      await sim.close();
    }
  });

  it("a network that was halved heals", { timeout: 20_000 * seeds }, async () => {
    for (let seed = 0; seed < seeds; seed++) {
      const sim = new Simulator({ seed });
      const nodes = await joinMany(sim, 12);
      await sim.until(() => knowEachOther(nodes), { withinMs: 20_000, what: "12 nodes to meet" });
      const names = nodes.map((_, i) => `node-${i}`);
      const halves = [names.slice(0, 6), names.slice(6)];
      sim.faults.split(...halves);
      const apart = (): boolean => !nodes[0]!.discovery.catalog.getSigned(nodes[6]!.local.id);
      await sim.until(apart, { withinMs: 30_000, what: "the halves to lose each other" });
      await sim.advance(20_000);
      sim.faults.healAll();
      await sim.until(() => knowEachOther(nodes), { withinMs: 70_000, what: "the network to heal" });
      expect(sim.reports).toEqual([]);
      await sim.close();
    }
  });

  it(
    `50 nodes of which a fifth is replaced every minute for ${churnMinutes} min: survivors know survivors`,
    { timeout: 200_000 * churnMinutes },
    async () => {
      const seed = Number(process.env["MOSAIK_SEED"] ?? 1);
      const sim = new Simulator({ seed });
      const alive = new Map((await joinMany(sim, 50)).map((node, i) => [`node-${i}`, node]));
      let joined = alive.size;
      // Every 6 s one leaves, by turns in order and by a crash, and another joins through some survivor.
      for (let step = 0; step < 10 * churnMinutes; step++) {
        await sim.advance(6000);
        const names = [...alive.keys()];
        const victim = names[(step * 7919 + seed) % names.length]!;
        if (step % 2 === 0) await sim.within(5000, alive.get(victim)!.close(), "a node to leave");
        else sim.faults.crash(victim);
        alive.delete(victim);
        const contact = [...alive.values()][(step * 104_729) % alive.size]!;
        const name = `node-${joined++}`;
        alive.set(name, await join(sim, name, [contact]));
      }
      const survivors = [...alive.values()];
      await sim.until(() => knowEachOther(survivors), { withinMs: 30_000, what: "survivors to know survivors" });
      const counts = survivors.map(({ discovery }) => discovery.catalog.signedPeersCount());
      await sim.until(() => survivors.every(({ discovery }) => discovery.catalog.signedPeersCount() === 49), {
        withinMs: 30_000,
        what: `the dead to be forgotten (known: ${Math.max(...counts)})`,
      });
      expect(sim.reports).toEqual([]);
      await sim.close();
    },
  );
});
