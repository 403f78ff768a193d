import { describe, expect, it } from "vitest";
import type { Network } from "../../src/node/index.js";
import { useNodes, type Nodes } from "../nodes.js";
import { Counter, decrement, increment } from "./counter.js";
import { ELECTION_MS, joinCounter, type CounterGroup } from "./group-nodes.js";

const value = async (nodes: Nodes, group: CounterGroup): Promise<bigint> =>
  (await nodes.within(2000, group.query(undefined, "weak"))).result;

describe("tests/groups/catchup.rs", () => {
  const context = useNodes();

  it("one_leader_one_follower_small", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const g0 = joinCounter(n0);
    await nodes.within(ELECTION_MS, g0.when().online(), "the first to lead");
    expect(g0.leader).toBe(n0.local.id);
    expect(g0.committed).toBe(0);
    await nodes.within(2000, g0.execute(increment(3)));
    await nodes.within(2000, g0.executeMany([increment(4), decrement(2), increment(1)]));
    expect(g0.committed).toBe(4);
    expect(await value(nodes, g0)).toBe(6n);

    const n1 = await nodes.join("n1");
    const g1 = joinCounter(n1);
    await nodes.discoverAll(n0, n1);
    await nodes.within(ELECTION_MS, g1.when().leaderIs(n0.local.id), "the second to follow");
    await nodes.within(10_000, g1.when().log().reaches(g0.logPosition.index), "the log");
    expect(await nodes.within(2000, g1.when().committed().reaches(g0.committed), "the commands")).toBe(4);
    expect(await value(nodes, g1)).toBe(6n);

    const range = await nodes.within(2000, g0.executeMany([increment(5), decrement(3)]));
    expect(await nodes.within(2000, g1.when().committed().reaches(range))).toBe(6);
    expect(await value(nodes, g1)).toBe(8n);
  });

  it.each([7, 20, 100, 1000])("one_leader_one_follower_large, batches of %i", async (syncBatchSize) => {
    const { nodes } = context;
    const commands = Array.from({ length: 200 }, (_, i) => increment(i));
    const join = (network: Network): CounterGroup => joinCounter(network, { machine: new Counter({ syncBatchSize }) });
    const n0 = await nodes.join("n0");
    const g0 = join(n0);
    await nodes.within(ELECTION_MS, g0.when().online(), "the first to lead");
    expect(await nodes.within(5000, g0.executeMany(commands))).toEqual({ start: 1, end: 200 });
    expect(g0.committed).toBe(200);

    const n1 = await nodes.join("n1");
    const g1 = join(n1);
    await nodes.discoverAll(n0, n1);
    await nodes.within(ELECTION_MS, g1.when().leaderIs(n0.local.id), "the second to follow");
    expect(await nodes.within(20_000, g1.when().committed().reaches(g0.logPosition.index), "200 commands")).toBe(200);
    expect(g1.committed).toBe(200);
    expect(await value(nodes, g1)).toBe(19_900n);
    expect(await nodes.within(5000, g1.executeMany(commands))).toEqual({ start: 201, end: 400 });
    expect(g1.committed).toBe(400);
    await nodes.within(20_000, g0.when().committed().reaches(400), "400 commands");

    const n2 = await nodes.join("n2");
    const g2 = join(n2);
    await nodes.discoverAll(n0, n1, n2);
    await nodes.within(ELECTION_MS, g2.when().leaderIs(n0.local.id), "the third to follow");
    expect(await nodes.within(20_000, g2.when().committed().reaches(g0.logPosition.index), "400 commands")).toBe(400);
    for (const group of [g0, g1, g2]) {
      expect(group.committed).toBe(400);
      expect(await value(nodes, group)).toBe(39_800n);
    }
  });
});
