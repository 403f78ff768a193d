import { Network, type DiscoveryConfig } from "mosaik";

/** Where a node is, as it goes from one process to another. */
export interface NodeAddress {
  readonly id: string;
  readonly directAddrs: readonly string[];
}

/** A node on the loopback, without a relay; `bootstrap` are the peers that it begins with. */
export function join(
  networkId: string,
  bootstrap: readonly NodeAddress[] = [],
  discovery: Partial<DiscoveryConfig> = {},
): Promise<Network> {
  return Network.join(networkId, {
    relay: "none",
    bindAddrs: ["127.0.0.1:0"],
    discovery: { dht: false, ...discovery, bootstrap },
  });
}

export function addressOf(network: Network): NodeAddress {
  const { id, addrs } = network.local.address();
  return { id: id.hex, directAddrs: addrs.flatMap((addr) => (addr.kind === "ip" ? [addr.value] : [])) };
}
