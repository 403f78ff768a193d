import { describe, expect, it } from "vitest";
import { Network } from "../../src/node/index.js";
import { Simulator } from "../../src/testing/index.js";

/** 20 whole nodes that were given one bootstrap peer; the trace of how they met. */
async function meet(seed: number, count = 20): Promise<{ trace: string; virtualMs: number; events: number }> {
  const sim = new Simulator({ seed });
  const join = (name: string, bootstrap: readonly string[]): Promise<Network> =>
    sim.within(
      5000,
      Network.join("meeting", { runtime: sim.runtime(name), relay: "none", discovery: { bootstrap } }),
      `${name} to join`,
    );
  const first = await join("node-0", []);
  const nodes = [first];
  for (let i = 1; i < count; i++) nodes.push(await join(`node-${i}`, [first.local.id.hex]));
  const haveMet = (): boolean => nodes.every(({ discovery }) => discovery.catalog.signedPeersCount() === count - 1);
  await sim.until(haveMet, { withinMs: 10_000, what: `${count} nodes to meet` });
  const virtualMs = sim.nowMs;
  expect(sim.reports).toEqual([]);
  await sim.within(5000, Promise.all(nodes.map((node) => node.close())), "the nodes to close");
  return { trace: sim.traceHash(), virtualMs, events: sim.eventCount };
}

describe("whole nodes in the simulator", () => {
  it("gives the same trace for the same seed, and another for another", async () => {
    const first = await meet(1, 8);
    expect(await meet(1, 8)).toEqual(first);
    expect((await meet(2, 8)).trace).not.toBe(first.trace);
  });

  // What CI runs; MOSAIK_SEEDS sets another number.
  const seeds = Number(process.env["MOSAIK_SEEDS"] ?? 100);
  it(`20 nodes meet through one bootstrap peer in ${seeds} seeds`, { timeout: 600_000 }, async () => {
    for (let seed = 0; seed < seeds; seed++) await meet(seed);
  });
});
