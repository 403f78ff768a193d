import type { PeerId } from "../primitives/index.js";
import { mergeAddresses, type EndpointAddress, type TransportAddr } from "./address.js";
import type { RelayPolicy } from "./relay-policy.js";

/** How many addresses are kept for one peer. */
const ADDRS_PER_PEER_MAX = 32;

/**
 * Where peers may be reached. What a peer's newest signed entry says replaces what an older one said; addresses that the program
 * gave are kept beside it.
 */
export class AddressBook {
  readonly #relays: RelayPolicy;
  readonly #given = new Map<PeerId, readonly TransportAddr[]>();
  readonly #advertised = new Map<PeerId, readonly TransportAddr[]>();
  /** Both together, of peers that were asked for since they changed: merging parses every address. */
  readonly #merged = new Map<PeerId, EndpointAddress>();

  /** @param relays which relays of the peers' entries are used */
  constructor(relays: RelayPolicy) {
    this.#relays = relays;
  }

  /** Remembers addresses that came from the program, beside those known. */
  add(address: EndpointAddress): void {
    if (address.addrs.length === 0) return;
    const merged = mergeAddresses(this.#given.get(address.id) ?? [], address.addrs);
    this.#given.set(address.id, merged.slice(-ADDRS_PER_PEER_MAX));
    this.#merged.delete(address.id);
  }

  /** Remembers what the peer's entry says, in place of what an earlier one said. */
  advertise(address: EndpointAddress): void {
    this.#advertised.set(address.id, this.#relays.usable(address.addrs).slice(0, ADDRS_PER_PEER_MAX));
    this.#merged.delete(address.id);
  }

  /** Everything known of a peer; no addresses if it is unknown. */
  get(id: PeerId): EndpointAddress {
    const merged = this.#merged.get(id);
    if (merged !== undefined) return merged;
    const advertised = this.#advertised.get(id);
    const given = this.#given.get(id);
    const address = { id, addrs: mergeAddresses(advertised ?? [], given ?? []) };
    if (advertised !== undefined || given !== undefined) this.#merged.set(id, address);
    return address;
  }

  /** Forgets what the peer's entries said. */
  forget(id: PeerId): void {
    this.#advertised.delete(id);
    this.#merged.delete(id);
  }
}
