import { describe, expect, it } from "vitest";
import { Swarm, type RoundStats } from "./swarm.js";

const utf8 = new TextEncoder();
const seed = Number(process.env["MOSAIK_SEED"] ?? 0);
/** Seeds of the simulations with bounds; 30 in the full run. */
const seedCount = Number(process.env["MOSAIK_SWARM_SEEDS"] ?? 1);
const seeds = Array.from({ length: seedCount }, (_, i) => seed + i);
const static50 = { latencyMs: [50, 50] } as const;
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function sorted(events: readonly { node: number; kind: string; peer: number }[]): string[] {
  return events.map(({ node, kind, peer }) => `${node} ${kind} ${peer}`).sort();
}

describe("iroh-gossip src/proto.rs", () => {
  it("hyparview_smoke", () => {
    const swarm = new Swarm({ seed, membership: { activeMax: 2 }, ...static50 });
    swarm.insert(4);
    swarm.join(0, 1, 2);
    swarm.join(1, 2);
    swarm.join(2);
    swarm.runTrips(3);
    const pairs = [[0, 1], [0, 2], [1, 2], [1, 0], [2, 0], [2, 1]] as const; // prettier-ignore
    expect(sorted(swarm.events())).toEqual(pairs.map(([node, peer]) => `${node} neighborUp ${peer}`).sort());

    // Node 0 is full: it lets go of either 1 or 2.
    swarm.join(3, 0);
    swarm.runTrips(2);
    const gone = swarm.neighbors(0).includes(1) ? 2 : 1;
    expect(sorted(swarm.events())).toEqual(
      ["3 neighborUp 0", "0 neighborUp 3", `0 neighborDown ${gone}`, `${gone} neighborDown 0`].sort(),
    );
    expect(swarm.neighbors(0).sort()).toEqual([3 - gone, 3]);
    expect(swarm.isSymmetric()).toBe(true);
  });

  it("plumtree_smoke", () => {
    const swarm = new Swarm({ seed, ...static50 });
    const receipts = (): number => swarm.events().filter(({ kind }) => kind === "received").length;
    swarm.insert(6);
    for (const node of [1, 2]) swarm.join(node, 0);
    for (const node of [4, 5]) swarm.join(node, 3);
    swarm.runTrips(4);
    expect(swarm.isSymmetric()).toBe(true);

    swarm.events();
    swarm.broadcast(1, utf8.encode("hi1"));
    swarm.runTrips(4);
    expect(receipts()).toBe(2);
    expect(swarm.isSymmetric()).toBe(true);

    swarm.join(2, 5);
    swarm.runTrips(3);
    swarm.events();
    swarm.broadcast(1, utf8.encode("hi2"));
    swarm.runTrips(5);
    expect(receipts()).toBe(5);
    expect(swarm.isSymmetric()).toBe(true);
  });

  it("quit", () => {
    const swarm = new Swarm({ seed, membership: { activeMax: 2 } });
    swarm.insert(4);
    for (const node of [1, 2, 3]) swarm.join(node, node - 1);
    swarm.runTrips(2);
    const known = (): number[] => [...new Set(range(4).flatMap((node) => swarm.neighbors(node)))].sort();
    expect(known()).toEqual([0, 1, 2, 3]);
    expect(swarm.isSymmetric()).toBe(true);

    swarm.quit(3);
    swarm.runTrips(4);
    expect(swarm.neighbors(3)).toEqual([]);
    expect(known()).toEqual([0, 1, 2]);
    expect(swarm.isSymmetric()).toBe(true);
  });
});

/** The means of several rounds. */
function mean(rounds: readonly RoundStats[]): RoundStats {
  const of = (key: keyof RoundStats): number => rounds.reduce((sum, round) => sum + round[key], 0) / rounds.length;
  return { missed: of("missed"), lastHop: of("lastHop"), redundancy: of("redundancy") };
}

function oneSender(swarm: Swarm, rounds: number): RoundStats {
  const sender = swarm.randomNode();
  return mean(range(rounds).map((i) => swarm.round([[sender, utf8.encode(`m${i}`)]])));
}

function manySenders(swarm: Swarm, rounds: number): RoundStats {
  return mean(range(rounds).map((i) => swarm.round([[swarm.randomNode(), utf8.encode(`many ${i}`)]])));
}

/** `senders` nodes at once. */
function bursts(swarm: Swarm, rounds: number, senders: number): RoundStats {
  return mean(
    range(rounds).map((i) => swarm.round(range(senders).map((node) => [node, utf8.encode(`${i}.${node}`)] as const))),
  );
}

/** What a mean must be below. */
interface Bounds {
  readonly lastHop: number;
  readonly redundancy: number;
}

/** Runs a measurement in every seed, on a network of its own. Nothing is missed in any; in 95 % of them the means are within the bounds. */
function expectWithin(nodes: number, bounds: Bounds, what: string, measure: (swarm: Swarm) => RoundStats): void {
  const all = seeds.map((one) => {
    const swarm = new Swarm({ seed: one });
    swarm.bootstrap(nodes);
    for (const node of range(nodes)) expect(swarm.neighbors(node), `seed ${one}, node ${node}`).not.toEqual([]);
    return { seed: one, ...measure(swarm) };
  });
  if (process.env["MOSAIK_STATS"] !== undefined) {
    const most = (key: keyof RoundStats): string => Math.max(...all.map((stats) => stats[key])).toFixed(2);
    const worst = `missed ${most("missed")}, last hop ${most("lastHop")}, redundancy ${most("redundancy")}`;
    console.log(`${nodes} nodes, ${what}, ${seedCount} seeds from ${seed}: at most ${worst}`);
  }
  expect(all.filter(({ missed }) => missed > 0)).toEqual([]);
  const outside = all.filter((stats) => stats.lastHop >= bounds.lastHop || stats.redundancy >= bounds.redundancy);
  if (outside.length > 0.05 * seedCount) expect(outside).toEqual([]);
}

const timeout = 10_000 + 20_000 * seedCount;

describe("iroh-gossip tests/sim.rs, 100 nodes, with the bounds that stand there", () => {
  it("big_hyparview", () => {
    const swarm = new Swarm({ seed, membership: { shuffleIntervalMs: 5000 } });
    swarm.bootstrap(100);
    for (const node of range(100)) expect(swarm.neighbors(node), `node ${node}`).not.toEqual([]);
  });

  // Of seeds 0 to 99 all are within the bounds of one sender, all but one (72, redundancy 1.01) within those of many, and of seeds 0 to
  // 29 all within those of bursts: `MOSAIK_STATS=1 MOSAIK_SWARM_SEEDS=100`. At most: 10.0 and 0.15; 11.6 and 1.01; 13.2 and 1.40.
  it("big_single_sender", { timeout }, () => {
    expectWithin(100, { lastHop: 15, redundancy: 0.2 }, "one sender", (swarm) => oneSender(swarm, 30));
  });

  it("big_multiple_sender", { timeout }, () => {
    expectWithin(100, { lastHop: 18, redundancy: 1 }, "many senders", (swarm) => manySenders(swarm, 30));
  });

  it("big_burst", { timeout }, () => {
    expectWithin(100, { lastHop: 30, redundancy: 3 }, "bursts", (swarm) => bursts(swarm, 5, 100));
  });
});

describe("our own bounds", () => {
  // Means from the first message on, so the rounds that make the tree count.
  // Seeds 0 to 99 came to at most 5.2 and 0.71, 6.0 and 1.58, 8.0 and 2.02 at 20 nodes; seeds 0 to 29, one network for all three, to 22.0
  // and 0.49, 24.7 and 0.86, 27.3 and 1.28 at 1000.
  const ours = [
    {
      nodes: 20,
      one: { lastHop: 8, redundancy: 0.9 },
      many: { lastHop: 11, redundancy: 1.9 },
      burst: { lastHop: 13, redundancy: 2.7 },
    },
    {
      nodes: 1000,
      one: { lastHop: 26, redundancy: 0.6 },
      many: { lastHop: 32, redundancy: 1.3 },
      burst: { lastHop: 32, redundancy: 1.8 },
    },
  ];
  it.each(ours)(
    "$nodes nodes: every message reaches everybody",
    { timeout: 3 * timeout },
    ({ nodes, one, many, burst }) => {
      expectWithin(nodes, one, "one sender", (swarm) => oneSender(swarm, 10));
      expectWithin(nodes, many, "many senders", (swarm) => manySenders(swarm, 10));
      expectWithin(nodes, burst, "bursts of 20", (swarm) => bursts(swarm, 3, 20));
    },
  );

  it("100 nodes fill their active views, and ask nobody for ever", () => {
    const swarm = new Swarm({ seed });
    swarm.bootstrap(100);
    swarm.run(300_000);
    const counts = range(100).map((node) => swarm.neighbors(node).length);
    const pending = range(100).map((node) => swarm.cores[node]!.membership.pendingCount);
    if (process.env["MOSAIK_STATS"] !== undefined) console.log(counts.join(), pending.join());
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(4);
    expect(pending.reduce((sum, count) => sum + count)).toBeLessThan(100);
  });

  it("half of 100 nodes die at once: the others find each other again", () => {
    const swarm = new Swarm({ seed });
    swarm.bootstrap(100);
    swarm.run(120_000);
    for (let node = 0; node < 100; node += 2) swarm.kill(node);
    swarm.run(120_000);
    const { missed } = swarm.round([[1, utf8.encode("still there?")]]);
    expect(missed).toBe(0);
  });
});
