import type { EndpointAddr } from "@mosaik/iroh/transport";
import { t } from "@mosaik/postcard";
import { compareBytes, PeerId, type PeerIdLike } from "../primitives/index.js";
import { peerIdCodec } from "./id-codecs.js";

const relayUrlCodec = t.transform(t.string, { to: normalizeUrl, from: normalizeUrl });

/** Rust keeps up to 30 bytes inline and orders those by their length first; longer data comes after, by its bytes (spec 02 §2.3). */
const INLINE_BYTES_MAX = 30;

const customDataCodec = t.transform(t.bytes, {
  to: (data) => data,
  from: (data) => data,
  compare: (a, b) => {
    const isInline = a.length <= INLINE_BYTES_MAX;
    if (isInline !== b.length <= INLINE_BYTES_MAX) return isInline ? -1 : 1;
    return (isInline ? a.length - b.length : 0) || compareBytes(a, b);
  },
});

const transportAddrCodec = t.enum("iroh_base::endpoint_addr::TransportAddr", {
  relay: relayUrlCodec,
  ip: t.socketAddr,
  custom: t.struct({ id: t.u64, data: customDataCodec }),
});

/** One way to reach a peer: a relay's URL, a socket address, or something that only other transports understand. */
export type TransportAddr = t.Infer<typeof transportAddrCodec>;

/** A peer and the ways to reach it, in ascending order and each once (spec 01 §3.4). */
export interface EndpointAddress {
  readonly id: PeerId;
  readonly addrs: readonly TransportAddr[];
}

/** iroh's `EndpointAddr`. Unsorted or repeated addresses are sorted on the way in, as Rust does. */
export const endpointAddressCodec = t.transform(t.struct({ id: peerIdCodec, addrs: t.vec(transportAddrCodec) }), {
  to: ({ id, addrs }): EndpointAddress => ({ id, addrs: mergeAddresses(addrs) }),
  from: ({ id, addrs }) => ({ id, addrs: mergeAddresses(addrs) }),
  rustName: "iroh_base::endpoint_addr::EndpointAddr",
});

/** Several lists of addresses as one, in ascending order and each once. */
export function mergeAddresses(...lists: readonly (readonly TransportAddr[])[]): TransportAddr[] {
  const sorted = lists.flat().sort((a, b) => transportAddrCodec.compare(a, b));
  return sorted.filter((addr, i) => i === 0 || transportAddrCodec.compare(addr, sorted[i - 1]!) !== 0);
}

/** An address as a program writes it: an id, and the texts of socket addresses and relay URLs. @throws TypeError */
export function parseAddress(given: {
  readonly id: PeerIdLike;
  readonly directAddrs?: readonly string[];
  readonly relayUrls?: readonly string[];
}): EndpointAddress {
  const relays = (given.relayUrls ?? []).map((url): TransportAddr => ({ kind: "relay", value: normalizeUrl(url) }));
  const ips = (given.directAddrs ?? []).map((addr): TransportAddr => ({
    kind: "ip",
    value: normalizeSocketAddr(addr),
  }));
  return { id: PeerId.from(given.id), addrs: mergeAddresses(relays, ips) };
}

/** What a transport says of its own address. Scope ids mean nothing to others, and are not part of the wire (spec 02 B6). */
export function endpointAddress(addr: EndpointAddr): EndpointAddress {
  return parseAddress({ ...addr, directAddrs: addr.directAddrs.map((text) => text.replace(/%[^\]]*/, "")) });
}

/** What a transport needs to dial a peer. Addresses of other transports are left out. */
export function toTransport(address: EndpointAddress): EndpointAddr {
  const relayUrls: string[] = [];
  const directAddrs: string[] = [];
  for (const addr of address.addrs) {
    if (addr.kind === "relay") relayUrls.push(addr.value);
    else if (addr.kind === "ip") directAddrs.push(addr.value);
  }
  return { id: address.id.hex, relayUrls, directAddrs };
}

function normalizeSocketAddr(text: string): string {
  try {
    return t.socketAddr.decode(t.socketAddr.encode(text));
  } catch (cause) {
    throw new TypeError(`not a socket address: ${JSON.stringify(text)}`, { cause });
  }
}

/** The one spelling of a URL (WHATWG). @throws TypeError where it is none */
export function normalizeUrl(url: string): string {
  return new URL(url).href;
}
