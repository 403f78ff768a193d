import { describe, expect, it } from "vitest";
import type { DiscoveryEvent } from "../../src/discovery/index.js";
import { Network, type NetworkOptions } from "../../src/node/index.js";
import type { Lagged } from "../../src/primitives/index.js";
import { Simulator } from "../../src/testing/index.js";

async function join(
  sim: Simulator,
  name: string,
  bootstrap: Network[],
  options: NetworkOptions = {},
): Promise<Network> {
  const discovery = { bootstrap: bootstrap.map(({ local }) => local.address()), ...options.discovery };
  const runtime = sim.runtime(name);
  return sim.within(5000, Network.join("liveness", { runtime, relay: "none", ...options, discovery }), name);
}

async function trio(sim: Simulator): Promise<[Network, Network, Network]> {
  const a = await join(sim, "a", []);
  const b = await join(sim, "b", [a]);
  const c = await join(sim, "c", [a]);
  const all = [a, b, c];
  await sim.until(() => all.every(({ discovery }) => discovery.catalog.signedPeersCount() === 2), {
    what: "three to meet",
  });
  return [a, b, c];
}

/** The events of a node, gathered as they come. */
function record(network: Network): (DiscoveryEvent | Lagged)[] {
  const seen: (DiscoveryEvent | Lagged)[] = [];
  void (async () => {
    for await (const event of network.discovery.events()) seen.push(event);
  })();
  return seen;
}

/** Connections that these nodes have had, those of pings among them. */
function opened(nodes: readonly Network[]): number {
  const samples = nodes.flatMap(({ metrics }) => metrics.samples());
  const counts = samples.filter(({ name }) => name === "mosaik.network.connections.opened");
  return counts.reduce((sum, { value }) => sum + value, 0);
}

const knows = (one: Network, other: Network): boolean => one.discovery.catalog.getSigned(other.local.id) !== undefined;

describe("liveness", () => {
  it("nobody departs while everybody answers, and entries stay fresh beyond the purge age", async () => {
    const sim = new Simulator({ resolvesBareIds: false, seed: 1 });
    const [a, b, c] = await trio(sim);
    const events = [a, b, c].map(record);
    await sim.advance(6 * 60_000);
    expect(events).toEqual([[], [], []]);
    expect(knows(a, b) && knows(b, c) && knows(c, a)).toBe(true);
  });

  it("a peer that was killed departs after three missed pings, everywhere", async () => {
    const sim = new Simulator({ resolvesBareIds: false, seed: 2 });
    const [a, b, c] = await trio(sim);
    const events = [a, b].map(record);
    sim.faults.crash("c");
    await sim.until(() => !knows(a, c) && !knows(b, c), { withinMs: 10_000, what: "c to depart" });
    await sim.advance(1);
    for (const seen of events) {
      expect(seen.at(-1)).toEqual({ kind: "peerDeparted", peer: c.local.id, reason: "silent" });
    }
    expect(knows(a, b) && knows(b, a)).toBe(true);
  });

  it("of fifty nodes that know each other well, the one that was killed departs within 19 s, and no other", async () => {
    const sim = new Simulator({ resolvesBareIds: false, seed: 8 });
    const first = await join(sim, "n0", []);
    const others = await Promise.all(Array.from({ length: 49 }, (_, i) => join(sim, `n${i + 1}`, [first])));
    const all = [first, ...others];
    await sim.until(() => all.every(({ discovery }) => discovery.catalog.signedPeersCount() === 49), {
      withinMs: 60_000,
      what: "fifty to meet",
    });
    await sim.advance(60_000);
    const left = all.slice(0, -1);
    const killed = all.at(-1)!;
    const events = left.map(record);
    sim.faults.crash("n49");
    await sim.until(() => left.every((node) => !knows(node, killed)), { withinMs: 19_000, what: "n49 to depart" });
    await sim.advance(1);
    for (const seen of events) {
      expect(seen).toEqual([{ kind: "peerDeparted", peer: killed.local.id, reason: "silent" }]);
    }
  });

  it("of two that watch each other, one asks", async () => {
    const sim = new Simulator({ resolvesBareIds: false, seed: 9 });
    const nodes = await trio(sim);
    await sim.advance(60_000);
    const before = opened(nodes);
    await sim.advance(10 * 60_000);
    // Three pairs, a ping in 10.8 to 12.5 s, each counted on both sides; less those that an announcement stands for.
    const pings = (opened(nodes) - before) / 2;
    const announcements = (3 * 600) / 45;
    expect(pings).toBeGreaterThanOrEqual((3 * 600) / 12.5 - 3 - announcements);
    expect(pings).toBeLessThanOrEqual((3 * 600) / 10.8 + 3);
  });

  it("does not ask neighbours that gossip all the time, and knows their round-trip times all the same", async () => {
    const sim = new Simulator({ resolvesBareIds: false, seed: 10 });
    const nodes = await trio(sim);
    await sim.advance(60_000);
    const before = opened(nodes);
    for (let i = 0; i < 30; i++) {
      for (const { discovery } of nodes) {
        if (i % 2 === 0) discovery.addTags("even");
        else discovery.removeTags("even");
      }
      await sim.advance(5000);
    }
    expect(opened(nodes) - before).toBe(0);
    for (const { discovery } of nodes) {
      for (const { rttMs } of discovery.catalog.peers()) expect(rttMs).toBeGreaterThan(0);
    }
  });

  it("takes a peer back that was cut off for a while", async () => {
    const sim = new Simulator({ resolvesBareIds: false, seed: 3 });
    const [a, b, c] = await trio(sim);
    sim.faults.isolate("c");
    await sim.until(() => !knows(a, c) && !knows(b, c) && !knows(c, a), { withinMs: 15_000, what: "c to be cut off" });
    await sim.advance(30_000);
    sim.faults.rejoin("c");
    const all = (): boolean => knows(a, c) && knows(b, c) && knows(c, a) && knows(c, b);
    await sim.until(all, { withinMs: 45_000, what: "c to be back" });
  });

  it("a peer that comes back with the same key replaces what it was", async () => {
    const sim = new Simulator({ resolvesBareIds: false, seed: 5 });
    const a = await join(sim, "a", []);
    const secretKey = "one key";
    const before = await join(sim, "b", [a], { secretKey, discovery: { tags: ["before"] } });
    await sim.until(() => knows(a, before), { what: "a to know b" });
    sim.faults.crash("b");
    const after = await join(sim, "b", [a], { secretKey, discovery: { tags: ["after"] } });
    expect(after.local.id).toBe(before.local.id);
    const [tag] = after.discovery.me().entry.tags;
    const isReplaced = (): boolean => a.discovery.catalog.get(after.local.id)?.entry.tags.has(tag!) === true;
    await sim.until(isReplaced, { withinMs: 2000, what: "a to know the new b" });
  });

  it("pushes a change of tags to every peer, changes of one moment together", async () => {
    const sim = new Simulator({ resolvesBareIds: false, seed: 6 });
    const [a, b, c] = await trio(sim);
    const events = [b, c].map(record);
    await sim.advance(500);
    for (const tag of ["one", "two", "three"]) a.discovery.addTags(tag);
    const has = (node: Network): boolean => node.discovery.catalog.get(a.local.id)?.entry.tags.size === 3;
    await sim.until(() => has(b) && has(c), { withinMs: 400, what: "the tags to arrive" });
    await sim.advance(5000);
    for (const seen of events) expect(seen.map(({ kind }) => kind)).toEqual(["peerUpdated"]);
  });

  it("keeps dialling a bootstrap peer that starts later", async () => {
    const sim = new Simulator({ seed: 7 });
    const secretKey = "the bootstrap's key";
    const probe = await join(sim, "probe", [], { secretKey });
    await sim.within(5000, probe.close());
    const early = await join(sim, "early", [], { discovery: { bootstrap: [probe.local.id] } });
    await sim.advance(20_000);
    const late = await join(sim, "late", [], { secretKey });
    await sim.until(() => knows(early, late), { withinMs: 20_000, what: "the late bootstrap peer to be known" });
  });
});
