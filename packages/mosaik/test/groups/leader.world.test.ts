import { describe, expect, it } from "vitest";
import { GroupKey, type Group } from "../../src/groups/index.js";
import type { Network } from "../../src/node/index.js";
import type { PeerId } from "../../src/primitives/index.js";
import { useNodes, type Nodes } from "../nodes.js";
import { decrement, increment } from "./counter.js";
import { ELECTION_MS, joinCounter, recordedEvents, type CounterGroup } from "./group-nodes.js";

const key = GroupKey.fromSecret("secret1");
type AnyGroup = Pick<Group<undefined, undefined, undefined>, "leader" | "isLeader" | "when">;

/** The leader that all follow, if there is one. */
function agreed(groups: readonly AnyGroup[]): PeerId | undefined {
  const [first] = groups;
  return groups.every(({ leader }) => leader === first!.leader) ? first!.leader : undefined;
}

describe("tests/groups/leader.rs", () => {
  const context = useNodes();

  it("is_elected", async () => {
    const { nodes } = context;
    const n0 = await nodes.join("n0");
    const g0 = n0.groups.join({ key });
    expect(g0.leader).toBeUndefined();
    expect(g0.isLeader).toBe(false);
    expect(await nodes.within(ELECTION_MS, g0.when().leaderElected(), "the first leader")).toBe(n0.local.id);
    expect(g0.isLeader).toBe(true);

    const joining = async (name: string, leader: PeerId, ...others: Network[]): Promise<[Network, AnyGroup]> => {
      const network = await nodes.join(name);
      await nodes.discoverAll(...others, network);
      const group = network.groups.join({ key });
      expect(await nodes.within(ELECTION_MS, group.when().leaderElected(), `the leader as ${name} sees it`)).toBe(
        leader,
      );
      expect(group.isLeader).toBe(false);
      return [network, group];
    };
    const [n1, g1] = await joining("n1", n0.local.id, n0);
    const [n2, g2] = await joining("n2", n0.local.id, n0, n1);

    const changed = [g1.when().leaderChanged().toPromise(), g2.when().leaderChanged().toPromise()];
    await nodes.within(5000, n0.close(), "the leader to be gone");
    const leaders = await nodes.within(ELECTION_MS, Promise.all(changed), "another leader");
    expect(leaders[0]).toBe(leaders[1]);
    expect(g1.isLeader).not.toBe(g2.isLeader);
    await joining("n3", leaders[0]!, n1, n2);
  });

  it("rivals_with_same_log_pos", async () => {
    const { nodes } = context;
    const networks: Network[] = [];
    const groups: AnyGroup[] = [];
    for (const name of ["n0", "n1", "n2"]) {
      const network = await nodes.join(name);
      const group = network.groups.join({ key });
      await nodes.within(ELECTION_MS, group.when().isLeader(), `${name} to elect itself`);
      networks.push(network);
      groups.push(group);
    }
    await nodes.discoverAll(...networks);
    await nodes.until(() => agreed(groups) !== undefined, 10_000, "one leader");
    const leader = agreed(groups)!;
    for (const group of groups) await nodes.within(2000, group.when().leaderIs(leader));
    expect(networks.map(({ local }) => local.id)).toContain(leader);
  });

  it("rivals_with_different_log_pos", async () => {
    const { nodes } = context;
    const { networks, groups } = await rivals(nodes, [[3, 2, 1], [1], []]);
    const [g0, g1, g2] = groups as [CounterGroup, CounterGroup, CounterGroup];
    const events = recordedEvents(g1);
    await nodes.discoverAll(...networks);
    for (const group of groups) await nodes.within(10_000, group.when().leaderIs(networks[0]!.local.id), "n0 to lead");
    // Rust's test ends here, where its members hold 6, 4 and 6 for ever (spec 05 §13 S2).
    for (const group of [g0, g1, g2]) await nodes.until(() => group.committed === 3, 10_000, "all to have the same");
    for (const group of groups) {
      const { result, position } = await nodes.within(2000, group.query(undefined, "weak"));
      expect([result, position]).toEqual([6n, 3]);
    }
    expect(events.map(({ kind }) => kind)).toContain("diverged");
    await nodes.within(5000, g1.execute(decrement(2)), "a command of the one that began anew");
    for (const group of groups) {
      await nodes.within(5000, group.when().committed().reaches(4));
      expect((await nodes.within(2000, group.query(undefined, "weak"))).result).toBe(4n);
    }
  });
});

/** Members that do not know of each other, each its own leader with its own commands. */
async function rivals(
  nodes: Nodes,
  increments: readonly (readonly number[])[],
): Promise<{ networks: Network[]; groups: CounterGroup[] }> {
  const networks: Network[] = [];
  const groups: CounterGroup[] = [];
  for (const [i, amounts] of increments.entries()) {
    const network = await nodes.join(`n${i}`);
    const group = joinCounter(network);
    await nodes.within(ELECTION_MS, group.when().isLeader(), `n${i} to elect itself`);
    expect(group.committed).toBe(0);
    if (amounts.length > 0) {
      const range = await nodes.within(2000, group.executeMany(amounts.map(increment)), `the commands of n${i}`);
      expect(range).toEqual({ start: 1, end: amounts.length });
    }
    expect(group.committed).toBe(amounts.length);
    networks.push(network);
    groups.push(group);
  }
  return { networks, groups };
}
