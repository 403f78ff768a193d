import type { EndpointAddr, MdnsOptions } from "@mosaik/iroh/transport";

/** What the memory network needs to know of an endpoint that is made known on the local network. */
interface Neighbor {
  readonly isClosed: boolean;
  addr(): EndpointAddr;
}

/** The one local network that all hosts of the memory network are on: endpoints of one service hear of each other at once. */
export class MemoryLan {
  readonly #services = new Map<string, { readonly endpoint: Neighbor; readonly onPeer: MdnsOptions["onPeer"] }[]>();

  enter(endpoint: Neighbor, { serviceName, onPeer }: MdnsOptions): void {
    const others = (this.#services.get(serviceName) ?? []).filter((other) => !other.endpoint.isClosed);
    for (const other of others) {
      other.onPeer(endpoint.addr());
      onPeer(other.endpoint.addr());
    }
    this.#services.set(serviceName, [...others, { endpoint, onPeer }]);
  }
}
