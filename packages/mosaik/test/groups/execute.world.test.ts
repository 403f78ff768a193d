import { describe, expect, it } from "vitest";
import { useNodes } from "../nodes.js";
import { decrement, increment } from "./counter.js";
import { ledByFirst, type CounterGroup } from "./group-nodes.js";

/** `tests/groups/execute.rs` */
describe("execute", () => {
  const context = useNodes();

  async function valueOf(group: CounterGroup): Promise<bigint> {
    return (await context.nodes.within(2000, group.query(undefined, "weak"))).result;
  }

  it("no_catchup_weak_query", async () => {
    const { nodes } = context;
    const { networks, groups } = await ledByFirst(nodes, 2);
    const [g0, g1, g2] = groups as [CounterGroup, CounterGroup, CounterGroup];
    expect(new Set(groups.map(({ id }) => id)).size).toBe(1);
    expect(groups.map(({ leader }) => leader)).toEqual(groups.map(() => networks[0]!.local.id));
    expect(groups.map(({ committed }) => committed)).toEqual([0, 0, 0]);

    await nodes.within(2000, g0.execute(increment(3)));
    await nodes.within(2000, g0.execute(increment(4)));
    expect(g0.committed).toBe(2);
    expect((await nodes.within(2000, g0.query(undefined, "strong"))).result).toBe(7n);
    for (const follower of [g1, g2]) {
      expect(await nodes.within(2000, follower.when().committed().reaches(2))).toBe(2);
      expect(await valueOf(follower)).toBe(7n);
    }

    expect(await nodes.within(2000, g1.execute(decrement(2)))).toBe(3);
    await nodes.within(2000, g2.when().committed().reaches(3));
    for (const group of groups) expect(await valueOf(group)).toBe(5n);

    const elected = [g1, g2].map((group) => group.when().leaderChanged().toPromise());
    await nodes.within(5000, networks[0]!.close(), "the leader to leave");
    const [leader1, leader2] = await nodes.within(10_000, Promise.all(elected), "another leader");
    expect(leader1).toBe(leader2);

    const ofG1 = await nodes.within(5000, g1.executeMany([increment(10), decrement(2), increment(3)]));
    expect(ofG1).toEqual({ start: 4, end: 6 });
    const ofG2 = await nodes.within(5000, g2.executeMany([increment(20), decrement(4), decrement(1)]));
    expect(ofG2).toEqual({ start: 7, end: 9 });
    await nodes.within(2000, g1.when().committed().reaches(ofG2));
    expect([g1.committed, g2.committed]).toEqual([9, 9]);
    expect(await valueOf(g1)).toBe(31n);
    expect(await valueOf(g2)).toBe(31n);
  });

  it("no_catchup_strong_query", async () => {
    const { nodes } = context;
    const [g0, g1] = (await ledByFirst(nodes, 2)).groups as [CounterGroup, CounterGroup];
    await nodes.within(2000, g0.execute(increment(3)));
    await nodes.within(2000, g0.execute(increment(4)));
    await nodes.within(2000, g1.when().committed().reaches(2));
    const order: string[] = [];
    const asked = (name: string, group: CounterGroup, consistency: "weak" | "strong") =>
      group.query(undefined, consistency).finally(() => order.push(name));
    const answers = Promise.all([
      asked("strong at a follower", g1, "strong"),
      asked("strong at the leader", g0, "strong"),
      asked("weak at a follower", g1, "weak"),
    ]);
    for (const answer of await nodes.within(2000, answers)) expect(answer).toEqual({ result: 7n, position: 2 });
    expect(order).toEqual(["weak at a follower", "strong at the leader", "strong at a follower"]);
  });

  it("execute_is_send_sync_via_joinset", async () => {
    const { nodes } = context;
    const [g0, g1] = (await ledByFirst(nodes, 1)).groups as [CounterGroup, CounterGroup];
    const executed = [1, 2, 3, 4, 5].flatMap((n) => [g0.execute(increment(n)), g1.execute(increment(n + 9))]);
    const indices = await nodes.within(5000, Promise.all(executed), "all to be committed");
    expect([...indices].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const group of [g0, g1]) await nodes.within(2000, group.when().committed().reaches(10));
    expect(await valueOf(g0)).toBe(75n);
  });

  it("execute_many_is_send_sync_via_joinset", async () => {
    const { nodes } = context;
    const [g0, g1] = (await ledByFirst(nodes, 1)).groups as [CounterGroup, CounterGroup];
    const executed = [
      g0.executeMany([increment(1), increment(2), increment(3)]),
      g0.executeMany([decrement(1), increment(5)]),
      g1.executeMany([increment(10), increment(20)]),
      g1.executeMany([decrement(5), increment(15)]),
    ];
    const ranges = await nodes.within(5000, Promise.all(executed), "all to be committed");
    expect(ranges.map(({ start, end }) => end - start + 1)).toEqual([3, 2, 2, 2]);
    for (const group of [g0, g1]) await nodes.within(2000, group.when().committed().reaches(9));
    expect(await valueOf(g0)).toBe(50n);
  });

  it("query_is_send_sync_via_joinset", async () => {
    const { nodes } = context;
    const [g0, g1] = (await ledByFirst(nodes, 1)).groups as [CounterGroup, CounterGroup];
    await nodes.within(2000, g0.execute(increment(10)));
    await nodes.within(2000, g0.execute(increment(20)));
    await nodes.within(2000, g1.when().committed().reaches(2));
    const answers = (["weak", "strong"] as const).flatMap((consistency) =>
      [g0, g1].flatMap((group) => [1, 2, 3].map(() => group.query(undefined, consistency))),
    );
    const results = await nodes.within(5000, Promise.all(answers), "all answers");
    expect(results.map(({ result }) => result)).toEqual(Array(12).fill(30n));
  });
});
