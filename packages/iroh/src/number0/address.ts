import { invalid, requireAddr } from "../arguments.js";
import type { EndpointAddr } from "../transport.js";
import type { BoundEndpoint, BoundEndpointAddr, EndpointKey, Number0Binding } from "./binding.js";
import { familyOf, requireRelayUrl, requireSocketAddr } from "./options.js";

/**
 * Where an endpoint is reached now. Where the binding knows no address of its sockets (a machine with only its loopback interface up, or an
 * endpoint that has just begun), their loopback addresses stand in.
 *
 * @param families the families of addresses at which it is meant to be reached
 */
export function ownAddr(endpoint: BoundEndpoint, families: readonly number[]): EndpointAddr {
  const isOpen = (addr: string): boolean => families.includes(familyOf(addr));
  const addr = endpoint.addr();
  const known = addr.directAddresses().filter(isOpen);
  const relayUrl = addr.relayUrl();
  return {
    id: endpoint.id().toString(),
    relayUrls: relayUrl === null ? [] : [relayUrl],
    directAddrs: known.length > 0 ? known : endpoint.boundSockets().filter(isOpen).map(onLoopback),
  };
}

/**
 * An address to dial. The binding takes one relay: the first that is the endpoint's own too, else the first.
 *
 * @throws TransportError `invalidArgument`
 */
export function target(binding: Number0Binding, addr: EndpointAddr, ownRelays: ReadonlySet<string>): BoundEndpointAddr {
  requireAddr(addr);
  addr.directAddrs.forEach(requireSocketAddr);
  addr.relayUrls.forEach(requireRelayUrl);
  const relayUrl = addr.relayUrls.find((url) => ownRelays.has(new URL(url).href)) ?? addr.relayUrls[0] ?? null;
  return new binding.EndpointAddr(keyOf(binding, addr.id), relayUrl, [...addr.directAddrs]);
}

function keyOf(binding: Number0Binding, id: string): EndpointKey {
  try {
    return binding.EndpointId.fromString(id);
  } catch {
    throw invalid(`not a public key: ${JSON.stringify(id)}`);
  }
}

function onLoopback(socket: string): string {
  return socket.replace(/^0\.0\.0\.0:/, "127.0.0.1:").replace(/^\[::\]:/, "[::1]:");
}
