import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { increment } from "./counter.js";
import { countersOnline, joinCounter } from "./group-nodes.js";

describe("a group", () => {
  const context = useNodes();

  it("of one member elects itself and executes", async () => {
    const { nodes } = context;
    const network = await nodes.join("alone");
    const group = joinCounter(network);
    expect(await nodes.within(7000, group.when().leaderElected())).toBe(network.local.id);
    expect(await nodes.within(2000, group.execute(increment(3)))).toBe(1);
    expect(await group.query(undefined, "weak")).toEqual({ result: 3n, position: 1 });
  });

  it("of three executes by the leader and by followers, in the order of the log", async () => {
    const { nodes } = context;
    const { groups } = await countersOnline(nodes, 3);
    const [leader, follower, other] = groups;
    expect(groups.map((group) => group.isLeader)).toEqual([true, false, false]);
    expect(await nodes.within(3000, leader!.execute(increment(1)))).toBe(1);
    expect(await nodes.within(3000, follower!.executeMany([increment(2), increment(3)]))).toEqual({ start: 2, end: 3 });
    await nodes.within(3000, other!.when().committed().reaches(3));
    for (const group of groups) expect((await group.query(undefined, "weak")).result).toBe(6n);
    expect(await nodes.within(3000, other!.query(undefined, "strong"))).toEqual({ result: 6n, position: 3 });
  });
});
