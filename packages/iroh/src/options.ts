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

/** Checks the options of an endpoint. @throws TransportError `invalidArgument`. */
export function endpointConfig(options: EndpointOptions): NativeConfig {
  const { secretKey, alpns, bindAddrs = [], relay = "none" } = options;
  const { streamReceiveWindowBytes, sendWindowBytes, maxIncomingStreams, idleTimeoutMs } = options;
  requireBytes(secretKey, "secretKey", 32);
  requireAlpns(alpns);
  requireStrings(bindAddrs, "bindAddrs");
  if (streamReceiveWindowBytes !== undefined) requireByteCount(streamReceiveWindowBytes, "streamReceiveWindowBytes");
  if (sendWindowBytes !== undefined) requireByteCount(sendWindowBytes, "sendWindowBytes");
  if (maxIncomingStreams !== undefined) requireU32(maxIncomingStreams, "maxIncomingStreams");
  if (idleTimeoutMs !== undefined) requireInteger(idleTimeoutMs, "idleTimeoutMs", idleTimeoutMsMin, u32Max);
  return {
    secretKey,
    alpns,
    bindAddrs,
    ...relayConfig(relay),
    streamReceiveWindowBytes,
    sendWindowBytes,
    maxIncomingStreams,
    idleTimeoutMs,
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
