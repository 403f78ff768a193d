import { collection, t, type MapWriter, type Network } from "mosaik";
import { callInTurn, type CallCount, type CallTimes } from "../harness/call-loop.js";
import { hold, serve } from "../harness/role.js";
import type { EntryRange, Reads } from "../harness/shared-map.js";
import { addressOf, join, type NodeAddress } from "./node.js";
import { fill, isRight, keyOf } from "./numbered.js";

let network: Network;
let map: MapWriter<string, number>;

const commands = {
  /** Resolves when this node and the bootstrap peers know each other. */
  async join({ network: id, bootstrap }: { network: string; bootstrap: NodeAddress[] }): Promise<NodeAddress> {
    network = hold(await join(id, bootstrap));
    await network.discovery.catalog.when((catalog) => catalog.signedPeersCount() >= bootstrap.length);
    return addressOf(network);
  },
  async open(store: string): Promise<void> {
    map = hold(await collection.map(store, t.string, t.u64.asNumber()).onlineWriter(network));
  },
  insert: ({ first, ...count }: EntryRange & CallCount): Promise<CallTimes> =>
    callInTurn(async (index) => void (await map.insert(keyOf(first + index), first + index)), count),
  fill: (range: EntryRange): Promise<void> => fill(map, range),
  /** @returns how many were found */
  get({ keys, count }: Reads): number {
    const names = Array.from({ length: keys }, (_, number) => keyOf(number));
    let found = 0;
    for (let left = count; left > 0; left -= keys) {
      const until = Math.min(keys, left);
      for (let number = 0; number < until; number++) if (map.get(names[number]!) === number) found++;
    }
    return found;
  },
  /** Resolves when there are as many entries: how many of them are those of the first numbers. */
  async right(count: number): Promise<number> {
    await map.when().satisfies(() => map.size >= count);
    let right = 0;
    for (const [key, value] of map) if (value < count && isRight(key, value)) right++;
    return right;
  },
};
export type MapMemberRole = typeof commands;
serve(commands);
