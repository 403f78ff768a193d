import { endpointAddressCodec, parseAddress, parseAddressText, type EndpointAddress } from "../network/index.js";
import { PeerId } from "../primitives/index.js";
import { parseHostPort } from "../runtime/index.js";
import type { BootstrapPeer, DiscoveryConfig } from "./config.js";
import { DiscoveryError } from "./errors.js";

/** A peer as the program named it. @throws TypeError for an unusable id or address */
export function bootstrapAddress(peer: BootstrapPeer): EndpointAddress {
  if (typeof peer === "string") return parseAddressText(peer);
  if (peer instanceof PeerId) return { id: peer, addrs: [] };
  return "addrs" in peer ? normalAddress(peer) : parseAddress(peer);
}

/** An address may come out of a file, with its id as text. */
function normalAddress({ id, addrs }: Extract<BootstrapPeer, { readonly addrs: unknown }>): EndpointAddress {
  const address = { id: PeerId.from(id), addrs };
  try {
    return endpointAddressCodec.decode(endpointAddressCodec.encode(address));
  } catch (cause) {
    throw new TypeError(`not addresses of peer ${address.id.short()}: ${String(cause)}`, { cause });
  }
}

/** @throws DiscoveryError `invalidOption` */
export function checkConfig(config: DiscoveryConfig): void {
  const positive = [
    "purgeAfterMs",
    "announceIntervalMs",
    "maxTimeDriftMs",
    "pingIntervalMs",
    "pingIntervalMaxMs",
    "missedPingsMax",
    "eventsBacklog",
  ] as const;
  for (const name of positive) {
    if (!(config[name] > 0 && Number.isFinite(config[name]))) throw invalid(name, config[name]);
  }
  if (!(config.announceJitter >= 0 && config.announceJitter <= 1))
    throw invalid("announceJitter", config.announceJitter);
  if (config.maxRttMs !== undefined && !(config.maxRttMs > 0)) throw invalid("maxRttMs", config.maxRttMs);
  if (!(Number.isSafeInteger(config.entriesMax) && config.entriesMax > 0))
    throw invalid("entriesMax", config.entriesMax);
  for (const peer of config.bootstrap) bootstrapAddress(peer);
  checkDht(config.dht);
}

function checkDht(dht: DiscoveryConfig["dht"]): void {
  if (typeof dht === "boolean") return;
  if (typeof dht !== "object" || dht === null) throw invalid("dht", dht);
  const { routers = [], port = 0, families = [4], requestTimeoutMs = 1 } = dht;
  for (const router of routers) {
    try {
      parseHostPort(router);
    } catch {
      throw invalid("dht.routers", router);
    }
  }
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) throw invalid("dht.port", port);
  if (families.length === 0 || families.some((one) => one !== 4 && one !== 6)) {
    throw invalid("dht.families", families);
  }
  if (!(requestTimeoutMs > 0 && Number.isFinite(requestTimeoutMs))) {
    throw invalid("dht.requestTimeoutMs", requestTimeoutMs);
  }
}

function invalid(name: string, value: unknown): DiscoveryError {
  return new DiscoveryError("invalidOption", `discovery.${name} must not be ${String(value)}`);
}
