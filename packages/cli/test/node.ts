import { formatAddress, Network, type NetworkOptions } from "mosaik";
import { afterEach } from "vitest";

/** Nodes of this process, reached over loopback; they are closed when the test ends. */
export function useNodes(): { join(networkId: string, options?: NetworkOptions): Promise<Network> } {
  const open: Network[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((network) => network.close()));
  });
  return {
    async join(networkId, options = {}) {
      const network = await Network.join(networkId, {
        relay: "none",
        bindAddrs: ["127.0.0.1:0"],
        ...options,
        discovery: { dht: false, ...options.discovery },
      });
      open.push(network);
      return network;
    },
  };
}

/** The options by which a command joins the network of a node, with that node to begin with, and stays on this machine. */
export function joining(networkId: string, node: Network): string[] {
  return ["--network", networkId, "--no-relay", "--no-dht", "--bootstrap", formatAddress(node.local.address())];
}
