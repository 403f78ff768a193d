import { GroupKey, type ConsensusOptions, type Group, type JoinOptions } from "../../src/groups/index.js";
import type { Network } from "../../src/node/index.js";
import type { GroupEvent } from "../../src/groups/index.js";
import type { Nodes } from "../nodes.js";
import { Counter, type CounterCommand } from "./counter.js";

export const KEY = GroupKey.fromSecret("group1secret");

export type CounterGroup = Group<CounterCommand, undefined, bigint>;

/** Joins the group of counters that all members of a test are in. */
export function joinCounter(
  network: Network,
  options: Partial<JoinOptions<CounterCommand, undefined, bigint>> & { consensus?: ConsensusOptions } = {},
): CounterGroup {
  return network.groups.join({ key: KEY, machine: new Counter(), ...options });
}

/** Members of one group that know each other, follow one leader, and are all online; the leader first. */
export async function countersOnline(
  nodes: Nodes,
  count: number,
): Promise<{ networks: Network[]; groups: CounterGroup[] }> {
  const networks = await nodes.joinMany(count);
  await nodes.discoverAll(...networks);
  const groups = networks.map((network) => joinCounter(network));
  await nodes.within(15_000, allOnline(groups), "all members to be online");
  const order = groups.map((_, i) => i).sort((a, b) => Number(groups[b]!.isLeader) - Number(groups[a]!.isLeader));
  return { networks: order.map((i) => networks[i]!), groups: order.map((i) => groups[i]!) };
}

export async function allOnline(groups: readonly CounterGroup[]): Promise<void> {
  await Promise.all(groups.map((group) => group.when().online().toPromise()));
  await Promise.all(groups.map((group) => group.bonds.when((bonds) => bonds.size === groups.length - 1).toPromise()));
}

/** What happens in a group, kept as it comes. */
export function recordedEvents(group: Group<never, never, never> | CounterGroup): GroupEvent[] {
  const events: GroupEvent[] = [];
  void (async () => {
    for await (const event of group.events()) if (event.kind !== "lagged") events.push(event);
  })();
  return events;
}

/** Twice as long as a first election may take, in ms: the deadline of Rust's tests. */
export const ELECTION_MS = 11_000;

/** A member that leads, as it came first, and `count` others that follow it. */
export async function ledByFirst(
  nodes: Nodes,
  count: number,
): Promise<{ networks: Network[]; groups: CounterGroup[] }> {
  const leading = await nodes.join("n0");
  const groups = [joinCounter(leading)];
  await nodes.within(ELECTION_MS, groups[0]!.when().online(), "the first to lead");
  const networks = [leading];
  for (let i = 1; i <= count; i++) networks.push(await nodes.join(`n${i}`));
  await nodes.discoverAll(...networks);
  for (const network of networks.slice(1)) groups.push(joinCounter(network));
  for (const group of groups) await nodes.within(ELECTION_MS, group.when().online(), "a member to be online");
  return { networks, groups };
}
