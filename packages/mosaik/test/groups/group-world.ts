import { Network } from "../../src/node/index.js";
import type { Simulator } from "../../src/testing/index.js";
import type { JoinOptions } from "../../src/groups/index.js";
import type { CounterCommand } from "./counter.js";
import { allOnline, joinCounter, type CounterGroup } from "./group-nodes.js";

export interface SimulatedMember {
  /** The node's name in the simulation. */
  readonly name: string;
  readonly network: Network;
  readonly group: CounterGroup;
}

/** Nodes in virtual time that know each other. */
export async function simulatedNodes(sim: Simulator, count: number): Promise<{ name: string; network: Network }[]> {
  const nodes: { name: string; network: Network }[] = [];
  for (let i = 0; i < count; i++) {
    const name = `n${i}`;
    const joining = Network.join("test", { runtime: sim.runtime(name), relay: "none" });
    nodes.push({ name, network: await sim.within(5000, joining) });
  }
  const syncs = nodes.flatMap((one) =>
    nodes
      .filter((other) => other !== one)
      .map((other) => one.network.discovery.syncWith(other.network.local.address())),
  );
  await sim.within(15_000, Promise.all(syncs), "all nodes to sync");
  return nodes;
}

/** Members of one group in virtual time, all bonded and online: the leader first, then those that follow. */
export async function simulatedMembers(
  sim: Simulator,
  count: number,
  options: (i: number) => Partial<JoinOptions<CounterCommand, undefined, bigint>> = () => ({}),
): Promise<[SimulatedMember, ...SimulatedMember[]]> {
  const nodes = await simulatedNodes(sim, count);
  const members = nodes.map((node, i) => ({ ...node, group: joinCounter(node.network, options(i)) }));
  await sim.within(15_000, allOnline(members.map(({ group }) => group)), "all members to be online");
  const leader = members.find(({ group }) => group.isLeader)!;
  return [leader, ...members.filter((member) => member !== leader)];
}
