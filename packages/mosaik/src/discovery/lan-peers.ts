import type { EndpointAddr, MdnsOptions } from "@mosaik/iroh/transport";
import { endpointAddress, type EndpointAddress } from "../network/index.js";
import { TaskPool, toHex, type NetworkId } from "../primitives/index.js";
import type { Runtime } from "../runtime/index.js";

/** Peers that are pinged at once, and that wait for it: anybody on the local network can name as many as it likes. */
const CONCURRENT_MAX = 8;
const WAITING_MAX = 64;

/** Peers that multicast DNS finds on the local network: each is pinged, and taken in where it answers. */
export class LanPeers {
  readonly #pool: TaskPool<EndpointAddress>;

  /** @param ping asks a peer whether it is there, and takes it in if it is. Never rejects */
  constructor(ping: (address: EndpointAddress) => Promise<unknown>) {
    this.#pool = new TaskPool(CONCURRENT_MAX, async (address) => void (await ping(address)));
  }

  found(addr: EndpointAddr): void {
    if (this.#pool.size < WAITING_MAX) this.#pool.add(endpointAddress(addr));
  }

  close(): void {
    this.#pool.clear();
  }
}

/**
 * What a transport needs so that members of a network find each other on the local network, whoever takes them.
 *
 * @param onPeer told of each endpoint that is found
 */
export function mdnsOf(runtime: Pick<Runtime, "hash">, network: NetworkId, onPeer: MdnsOptions["onPeer"]): MdnsOptions {
  const text = new TextEncoder().encode("mosaik mdns service ");
  const digest = runtime.hash(new Uint8Array([...text, ...network.bytes]));
  return { serviceName: `m${toHex(digest.subarray(0, 7))}`, onPeer };
}
