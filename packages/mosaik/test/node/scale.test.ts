import { describe, expect, it } from "vitest";
import { Network } from "../../src/node/index.js";
import { randomFaults, Simulator } from "../../src/testing/index.js";

/** Seeds of each simulation; 100 in the full run, which may be divided: it begins with `MOSAIK_SEED`. */
const seedCount = Number(process.env["MOSAIK_SCALE_SEEDS"] ?? 10);
const firstSeed = Number(process.env["MOSAIK_SEED"] ?? 0);
const seeds = Array.from({ length: seedCount }, (_, i) => firstSeed + i);
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

/** Says how long something took, in ms of virtual time, by seed, where `MOSAIK_STATS` is set. */
function tell(what: string, times: readonly number[]): void {
  if (process.env["MOSAIK_STATS"] === undefined) return;
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part: number): string => sorted[Math.ceil(part * (sorted.length - 1))]!.toFixed(0);
  console.log(
    `${what}, ${times.length} seeds from ${firstSeed}: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms`,
  );
}

describe(`many whole nodes, ${seedCount} seeds from ${firstSeed}`, () => {
  it(
    "100 nodes meet through one bootstrap peer: within 10 s after the last join in 95 % of seeds, within 70 s in all",
    { timeout: 60_000 * seedCount },
    async () => {
      const times: number[] = [];
      for (const seed of seeds) {
        const sim = new Simulator({ seed });
        const nodes = await joinMany(sim, 100);
        const joinedMs = sim.nowMs;
        const haveMet = (): boolean => nodes.every(({ discovery }) => discovery.catalog.signedPeersCount() === 99);
        await sim.until(haveMet, { withinMs: 70_000, what: "100 nodes to meet" });
        times.push(sim.nowMs - joinedMs);
        expect(sim.reports).toEqual([]);
        await sim.close();
      }
      tell("100 nodes meet after the last join", times);
      expect(times.filter((ms) => ms <= 10_000).length).toBeGreaterThanOrEqual(0.95 * seedCount);
    },
  );

  it("12 nodes come through two minutes of every fault", { timeout: 30_000 * seedCount }, async () => {
    const times: number[] = [];
    for (const seed of seeds) {
      const sim = new Simulator({ seed });
      const nodes = await joinMany(sim, 12);
      await sim.until(() => knowEachOther(nodes), { withinMs: 20_000, what: "12 nodes to meet" });
      const plan = { durationMs: 120_000, count: 60, lastsMaxMs: 20_000, skewMaxMs: 30_000 };
      const names = nodes.map((_, i) => `node-${i}`);
      await sim.play(randomFaults(sim.runtime("fate").random, { nodes: names, ...plan }));
      sim.faults.healAll();
      const healedMs = sim.nowMs;
      await sim.until(() => knowEachOther(nodes), { withinMs: 70_000, what: "12 nodes to know each other again" });
      times.push(sim.nowMs - healedMs);
      expect(sim.reports).toEqual([]);
      await sim.close();
    }
    tell("12 nodes know each other again after the faults", times);
  });

  it("a network that was halved heals", { timeout: 20_000 * seedCount }, async () => {
    const times: number[] = [];
    for (const seed of seeds) {
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
      const healedMs = sim.nowMs;
      await sim.until(() => knowEachOther(nodes), { withinMs: 70_000, what: "the network to heal" });
      times.push(sim.nowMs - healedMs);
      expect(sim.reports).toEqual([]);
      await sim.close();
    }
    tell("two halves of 6 heal", times);
  });

  it(
    `50 nodes of which a fifth is replaced every minute for ${churnMinutes} min: survivors know survivors`,
    { timeout: 200_000 * churnMinutes },
    async () => {
      const sim = new Simulator({ seed: firstSeed });
      const alive = new Map((await joinMany(sim, 50)).map((node, i) => [`node-${i}`, node]));
      let joined = alive.size;
      // Every 6 s one leaves, by turns in order and by a crash, and another joins through some survivor.
      for (let step = 0; step < 10 * churnMinutes; step++) {
        await sim.advance(6000);
        const names = [...alive.keys()];
        const victim = names[(step * 7919 + firstSeed) % names.length]!;
        if (step % 2 === 0) await sim.within(5000, alive.get(victim)!.close(), "a node to leave");
        else sim.faults.crash(victim);
        alive.delete(victim);
        const contact = [...alive.values()][(step * 104_729) % alive.size]!;
        const name = `node-${joined++}`;
        alive.set(name, await join(sim, name, [contact]));
      }
      const survivors = [...alive.values()];
      const endMs = sim.nowMs;
      await sim.until(() => knowEachOther(survivors), { withinMs: 30_000, what: "survivors to know survivors" });
      const knownMs = sim.nowMs - endMs;
      const counts = survivors.map(({ discovery }) => discovery.catalog.signedPeersCount());
      await sim.until(() => survivors.every(({ discovery }) => discovery.catalog.signedPeersCount() === 49), {
        withinMs: 30_000,
        what: `the dead to be forgotten (known: ${Math.max(...counts)})`,
      });
      tell("churn: survivors know survivors", [knownMs]);
      tell("churn: the dead are forgotten", [sim.nowMs - endMs]);
      expect(sim.reports).toEqual([]);
      await sim.close();
    },
  );
});
