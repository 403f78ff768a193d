import { GroupKey, type Group, type Network } from "mosaik";
import { residentBytes } from "../harness/memory.js";
import { hold, serve } from "../harness/role.js";
import { addressOf, join, type NodeAddress } from "./node.js";

const POLL_MS = 50;

let networks: Network[] = [];
let groups: Group[] = [];

const commands = {
  /** Nodes of this process; resolves with their addresses when each knows so many others. */
  async join({ network, count, bootstrap, known }: JoinBonded): Promise<NodeAddress[]> {
    networks = hold(await Promise.all(Array.from({ length: count }, () => join(network, bootstrap))));
    for (const { discovery } of networks) {
      await discovery.catalog.when((catalog) => catalog.signedPeersCount() >= known);
    }
    return networks.map(addressOf);
  },
  /** Each node of this process joins all groups. */
  joinGroups(secrets: readonly string[]): void {
    const keys = secrets.map((secret) => GroupKey.fromSecret(secret));
    groups = hold(networks.flatMap((network) => keys.map((key) => network.groups.join({ key }))));
  },
  /** Resolves when each node has so many bonds in each group, and all of the leader's log. */
  async bonded(count: number): Promise<void> {
    const isDone = (): boolean => groups.every(({ isOnline, bonds }) => isOnline && bonds.size >= count);
    while (!isDone()) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  },
  residentBytes,
};
export type BondedRole = typeof commands;
serve(commands);

interface JoinBonded {
  readonly network: string;
  readonly count: number;
  readonly bootstrap: NodeAddress[];
  readonly known: number;
}
