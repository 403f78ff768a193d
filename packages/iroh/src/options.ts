import {
  invalid,
  requireAlpns,
  requireByteCount,
  requireBytes,
  requireInteger,
  requireStrings,
  requireU32,
} from "./arguments.js";
import type { NativeConfig } from "./native.js";
import type { EndpointOptions, RelayOption } from "./transport.js";

/** QUIC gives up a connection at once on a shorter idle timeout: it needs time for probes. */
const idleTimeoutMsMin = 100;
const u32Max = 2 ** 32 - 1;
const portMax = 65_535;
/** RFC 6335 §5.1. */
const SERVICE_NAME = /^[a-z0-9-]{1,15}$/;

/** Checks the options of an endpoint. @throws TransportError `invalidArgument`. */
export function endpointConfig(options: EndpointOptions): NativeConfig {
  const { secretKey, alpns, bindAddrs = [], relay = "none" } = options;
  const { streamReceiveWindowBytes, sendWindowBytes, maxIncomingStreams, idleTimeoutMs, mdns } = options;
  requireBytes(secretKey, "secretKey", 32);
  requireAlpns(alpns);
  requireStrings(bindAddrs, "bindAddrs");
  if (streamReceiveWindowBytes !== undefined) requireByteCount(streamReceiveWindowBytes, "streamReceiveWindowBytes");
  if (sendWindowBytes !== undefined) requireByteCount(sendWindowBytes, "sendWindowBytes");
  if (maxIncomingStreams !== undefined) requireU32(maxIncomingStreams, "maxIncomingStreams");
  if (idleTimeoutMs !== undefined) requireInteger(idleTimeoutMs, "idleTimeoutMs", idleTimeoutMsMin, u32Max);
  if (mdns !== undefined && !SERVICE_NAME.test(mdns.serviceName)) throw invalid(`not a service: ${mdns.serviceName}`);
  return {
    secretKey,
    alpns,
    bindAddrs,
    ...relayConfig(relay),
    streamReceiveWindowBytes,
    sendWindowBytes,
    maxIncomingStreams,
    idleTimeoutMs,
    mdnsService: mdns?.serviceName,
  };
}

type RelayConfig = Pick<NativeConfig, "relayMode" | "relayUrls" | "relayCertificates" | "relayQuicPort">;

function relayConfig(relay: RelayOption): RelayConfig {
  if (relay === "none" || relay === "default") {
    return { relayMode: relay, relayUrls: [], relayCertificates: [], relayQuicPort: undefined };
  }
  if (typeof relay !== "object" || relay === null) throw invalid(`relay must be "none", "default" or { urls }`);
  const { urls, certificates = [], quicPort } = relay;
  requireStrings(urls, "the relay's urls");
  requireStrings(certificates, "the relay's certificates");
  if (quicPort !== undefined) requireInteger(quicPort, "the relay's quicPort", 1, portMax);
  return { relayMode: "custom", relayUrls: urls, relayCertificates: certificates, relayQuicPort: quicPort };
}
