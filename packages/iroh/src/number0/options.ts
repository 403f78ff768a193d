import { isIP } from "node:net";
import { invalid } from "../arguments.js";
import { endpointConfig } from "../options.js";
import type { EndpointOptions } from "../transport.js";
import type { EndpointBuilder, Number0Binding } from "./binding.js";

/** Where relays answer QUIC address discovery, unless the options say otherwise. */
const RELAY_QUIC_PORT = 7842;

/** The families of addresses, as `isIP` numbers them, with where an endpoint listens that shall not be reached by one. */
const LOOPBACK = { 4: "127.0.0.1:0", 6: "[::1]:0" } as const;

/** The options of an endpoint, as far as `@number0/iroh` has them. */
export interface Number0Config {
  readonly secretKey: readonly number[];
  readonly alpns: readonly string[];
  readonly relay: "none" | "default" | readonly RelayUrl[];
  readonly bindAddrs: readonly string[];
  readonly maxIncomingStreams: number | undefined;
  /** How long a dial may take, in ms. */
  readonly dialTimeoutMs: number;
}

interface RelayUrl {
  readonly url: string;
  readonly quicPort?: number;
}

/**
 * Checks the options of an endpoint.
 *
 * @throws TransportError `invalidArgument`, also for what only the native part of this package can do: windows, certificates of relays,
 * multicast DNS
 */
export function number0Config(options: EndpointOptions): Number0Config {
  const config = endpointConfig(options);
  for (const addr of config.bindAddrs) requireSocketAddr(addr);
  if (config.streamReceiveWindowBytes !== undefined) throw lacking("streamReceiveWindowBytes");
  if (config.sendWindowBytes !== undefined) throw lacking("sendWindowBytes");
  if (config.mdnsService !== undefined) throw lacking("mdns");
  if (config.relayCertificates.length > 0) throw lacking("relay.certificates");
  return {
    secretKey: Array.from(config.secretKey),
    alpns: config.alpns,
    relay:
      config.relayMode === "custom"
        ? config.relayUrls.map((url) => relayUrl(url, config.relayQuicPort ?? RELAY_QUIC_PORT))
        : config.relayMode,
    bindAddrs: config.bindAddrs,
    maxIncomingStreams: config.maxIncomingStreams,
    dialTimeoutMs: config.idleTimeoutMs ?? 30_000,
  };
}

/**
 * A builder with everything set.
 *
 * @param isShut whether a family of addresses that the options do not name is bound to the loopback. The binding always has a socket
 * of each family, which would be open to everybody.
 */
export function number0Builder(binding: Number0Binding, config: Number0Config, isShut: boolean): EndpointBuilder {
  const builder = binding.Endpoint.builder();
  if (config.relay === "default") builder.applyN0();
  else builder.applyMinimal();
  if (config.relay === "none") builder.relayMode(binding.RelayMode.disabled());
  else if (config.relay !== "default") builder.relayMode(relayMode(binding, config.relay));
  builder.secretKey(config.secretKey);
  builder.alpns(config.alpns.map((alpn) => Array.from(new TextEncoder().encode(alpn))));
  for (const addr of config.bindAddrs) builder.bindAddr(addr);
  if (isShut) for (const family of missingFamilies(config.bindAddrs)) builder.bindAddr(LOOPBACK[family]);
  return builder;
}

/** The families that addresses to bind leave out; none where they name none. */
export function missingFamilies(bindAddrs: readonly string[]): (4 | 6)[] {
  if (bindAddrs.length === 0) return [];
  const named = new Set(bindAddrs.map(familyOf));
  return ([4, 6] as const).filter((family) => !named.has(family));
}

/** 4 or 6; 0 for what is no socket address, `192.0.2.7:4433` or `[2001:db8::1]:4433`. */
export function familyOf(addr: string): number {
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(addr) ?? [];
  return Number(port) > 65_535 ? 0 : isIP(v6 ?? v4 ?? "");
}

/** @throws TransportError `invalidArgument` */
export function requireSocketAddr(addr: string): void {
  if (familyOf(addr) === 0) throw invalid(`not a socket address: ${JSON.stringify(addr)}`);
}

/** @throws TransportError `invalidArgument` */
export function requireRelayUrl(url: string): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: "", hostname: "" };
  if (!/^https?:$/.test(protocol) || hostname === "") throw invalid(`not the URL of a relay: ${JSON.stringify(url)}`);
}

/** A relay without TLS is one for development and has no QUIC either. */
function relayUrl(url: string, quicPort: number): RelayUrl {
  requireRelayUrl(url);
  return new URL(url).protocol === "http:" ? { url } : { url, quicPort };
}

function relayMode(binding: Number0Binding, relays: readonly RelayUrl[]): object {
  const map = binding.RelayMap.empty();
  for (const relay of relays) map.insert(relay);
  return binding.RelayMode.custom(map);
}

function lacking(option: string): Error {
  return invalid(`${option} needs the native part of @mosaik/iroh: @number0/iroh has nothing like it`);
}
