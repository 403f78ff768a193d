import type { Benchmark } from "../benchmark.js";
import { commandRate, commandTime, failover, formation } from "../harness/groups.js";
import type { LeaderEnd, Side } from "../harness/trio.js";
import { mosaikGroup } from "../mosaik/groups.js";
import { etcdCommands } from "../rivals/etcd.js";
import { rustGroup } from "../rivals/rust-groups.js";
import { bareRoundTrips } from "../transport/round-trips.js";

const IN_FLIGHT = 128;

/** A command alone, from the leader or from a follower, until it is committed and applied there. */
function single(side: Side, reachRatio: number): Benchmark {
  return {
    name: `group-1-${side}`,
    unit: "us (p50)",
    better: "lower",
    ours: mosaikGroup(commandTime(side)),
    rivals: [{ ...bareRoundTrips("transport-rtt"), reachRatio }, rustGroup(commandTime(side)), etcdCommands(side, 1)],
  };
}

/** Many commands side by side, from one of the members. */
function many(side: Side): Benchmark {
  return {
    name: `group-128-${side}`,
    unit: "commands/s",
    better: "higher",
    reach: 60_000,
    ours: mosaikGroup(commandRate(side, IN_FLIGHT)),
    rivals: [rustGroup(commandRate(side, IN_FLIGHT)), etcdCommands(side, IN_FLIGHT)],
  };
}

export const group1Leader = single("leader", 2);
export const group1Follower = single("follower", 3.5);
export const group128Leader = many("leader");
export const group128Follower = many("follower");

/** Three nodes that know each other form a group, until all follow a leader. */
export const groupOnline: Benchmark = {
  name: "group-online",
  unit: "ms",
  better: "lower",
  reach: 1500,
  ours: mosaikGroup(formation),
  rivals: [rustGroup(formation)],
};

/** From the end of a leader until the others follow another one and a command is committed. */
function failoverAfter(name: string, how: LeaderEnd): Pick<Benchmark, "name" | "unit" | "better" | "ours" | "rivals"> {
  return { name, unit: "ms", better: "lower", ours: mosaikGroup(failover(how)), rivals: [rustGroup(failover(how))] };
}

export const failoverLeave: Benchmark = { ...failoverAfter("failover-leave", "leaves"), reach: 1000 };

const killed = failoverAfter("failover-kill", "is killed");
export const failoverKill: Benchmark = {
  ...killed,
  rivals: killed.rivals.map((rival) => ({ ...rival, reachRatio: 1 })),
};
