import { PeerId } from "../primitives/index.js";
import { parseAddress, toTransport, type EndpointAddress } from "./address.js";

/**
 * An address as one word, to be copied from one terminal into another: the peer's id, then, behind an `@`, its socket addresses and relay
 * URLs with commas between. Addresses of other transports are left out.
 *
 * @example
 * formatAddress(network.local.address()); // "9f3c…@192.0.2.7:4433,https://relay.example/"
 */
export function formatAddress(address: EndpointAddress): string {
  const { id, directAddrs, relayUrls } = toTransport(address);
  const places = [...directAddrs, ...relayUrls];
  return places.length === 0 ? id : `${id}@${places.join(",")}`;
}

/** Reads what `formatAddress` writes; an id alone is an address without places. @throws TypeError which says what cannot be read */
export function parseAddressText(text: string): EndpointAddress {
  const at = text.indexOf("@");
  if (at < 0) return { id: PeerId.from(text), addrs: [] };
  const places = text.slice(at + 1).split(",");
  return parseAddress({
    id: text.slice(0, at),
    directAddrs: places.filter((place) => !isUrl(place)),
    relayUrls: places.filter(isUrl),
  });
}

function isUrl(place: string): boolean {
  return /^https?:\/\//i.test(place);
}
