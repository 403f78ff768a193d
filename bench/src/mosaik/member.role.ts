import { GroupKey, type Group, type Network } from "mosaik";
import { callInTurn, type CallCount, type CallTimes } from "../harness/call-loop.js";
import { hold, serve } from "../harness/role.js";
import { addressOf, join, type NodeAddress } from "./node.js";
import { Tally } from "./tally.js";

let network: Network;
let group: Group<number, undefined, number>;

const commands = {
  /** Resolves when this node and the bootstrap peer know each other. */
  async join({ network: id, bootstrap }: { network: string; bootstrap: NodeAddress[] }): Promise<NodeAddress> {
    network = hold(await join(id, bootstrap));
    await network.discovery.catalog.when((catalog) => catalog.signedPeersCount() >= bootstrap.length);
    return addressOf(network);
  },
  joinGroup(secret: string): void {
    group = network.groups.join({ key: GroupKey.fromSecret(secret), machine: new Tally() });
  },
  /** Resolves with the leader's id when this member has another leader than that, and all of its log. */
  async ledBy(another: string | undefined): Promise<string> {
    const isLed = (): boolean => group.leader !== undefined && group.leader.hex !== another && group.isOnline;
    while (!isLed()) await (group.isOnline ? group.when().leaderChanged() : group.when().online());
    return group.leader!.hex;
  },
  /** Resolves when this member has bonds with as many. */
  async bonded(count: number): Promise<void> {
    await group.bonds.when((bonds) => bonds.size >= count);
  },
  leave: () => group.leave(),
  execute: (count: CallCount): Promise<CallTimes> => callInTurn(async () => void (await group.execute(1)), count),
  /** Resolves with the sum of all numbers so far when this member has as many commands. */
  async sumAfter(count: number): Promise<number> {
    await group.when().committed().reaches(count);
    return (await group.query(undefined, "weak")).result;
  },
};
export type MemberRole = typeof commands;
serve(commands);
