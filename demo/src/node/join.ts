import { Network } from "mosaik";
import { sensorTag } from "../readings.js";
import type { NodeAddress, NodeConfig } from "./messages.js";

/** Joins the demo's network: on the loopback alone, and knowing nobody but the ways in. */
export function joinNetwork(config: NodeConfig): Promise<Network> {
  return Network.join(config.network, {
    relay: config.relayUrls.length === 0 ? "none" : { urls: config.relayUrls },
    bindAddrs: ["127.0.0.1:0"],
    discovery: {
      dht: false,
      bootstrap: config.waysIn,
      tags: config.role === "sensor" ? [sensorTag(config.name)] : [],
    },
  });
}

/** Waits until one of the ways in is known, and with it the network behind it. */
export function waitForWayIn(network: Network, { waysIn }: NodeConfig, signal: AbortSignal): Promise<void> {
  const known = network.discovery.catalog.when(
    (catalog) => waysIn.length === 0 || waysIn.some(({ id }) => catalog.get(id) !== undefined),
  );
  return known.toPromise({ signal });
}

/** Where this node is. */
export function addressOf(network: Network): NodeAddress {
  const { id, addrs } = network.local.address();
  const directAddrs = addrs.flatMap((addr) => (addr.kind === "ip" ? [addr.value] : []));
  const relayUrls = addrs.flatMap((addr) => (addr.kind === "relay" ? [addr.value] : []));
  return { id: id.hex, directAddrs, relayUrls };
}
