import { describe, expect, it } from "vitest";
import { useNodes } from "../../nodes.js";
import { Counter, decrement, increment } from "../counter.js";
import { ELECTION_MS, joinCounter } from "../group-nodes.js";

/** `tests/groups/catchup.rs` */
describe("catchup", () => {
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
    expect((await g0.query(undefined, "weak")).result).toBe(6n);

    const n1 = await nodes.join("n1");
    const g1 = joinCounter(n1);
    await nodes.discoverAll(n0, n1);
    await nodes.within(ELECTION_MS, g1.when().leaderIs(n0.local.id), "the leader to be known");
    await nodes.within(10_000, g1.when().log().reaches(g0.logPosition.index), "the log to be fetched");
    await nodes.within(2000, g1.when().committed().reaches(g0.committed), "it to be committed");
    expect((await g1.query(undefined, "weak")).result).toBe(6n);

    const range = await nodes.within(2000, g0.executeMany([increment(5), decrement(3)]));
    expect(await nodes.within(2000, g1.when().committed().reaches(range), "more to be committed")).toBe(6);
    expect((await g1.query(undefined, "weak")).result).toBe(8n);
  });

  it.each([7, 20, 100, 1000])("one_leader_one_follower_large, batches of %i", async (syncBatchSize) => {
    const { nodes } = context;
    const join = (network: Parameters<typeof joinCounter>[0]) =>
      joinCounter(network, { machine: new Counter({ syncBatchSize }) });
    const commands = Array.from({ length: 200 }, (_, i) => increment(i));

    const n0 = await nodes.join("n0");
    const g0 = join(n0);
    await nodes.within(ELECTION_MS, g0.when().online(), "the first to lead");
    expect(await nodes.within(5000, g0.executeMany(commands))).toEqual({ start: 1, end: 200 });
    expect(g0.committed).toBe(200);

    const n1 = await nodes.join("n1");
    const g1 = join(n1);
    await nodes.discoverAll(n0, n1);
    await nodes.within(ELECTION_MS, g1.when().leaderIs(n0.local.id), "the leader to be known");
    await nodes.within(20_000, g1.when().committed().reaches(g0.logPosition.index), "all to be fetched");
    expect(g1.committed).toBe(200);
    expect((await g1.query(undefined, "weak")).result).toBe(19_900n);

    expect(await nodes.within(5000, g1.executeMany(commands))).toEqual({ start: 201, end: 400 });
    await nodes.within(20_000, g0.when().committed().reaches(400), "the leader to commit");

    const n2 = await nodes.join("n2");
    const g2 = join(n2);
    await nodes.discoverAll(n0, n1, n2);
    await nodes.within(ELECTION_MS, g2.when().leaderIs(n0.local.id), "the leader to be known");
    await nodes.within(20_000, g2.when().committed().reaches(g0.logPosition.index), "all to be fetched of two");
    for (const group of [g0, g1, g2]) {
      expect(group.committed).toBe(400);
      expect((await group.query(undefined, "weak")).result).toBe(39_800n);
    }
  });
});
