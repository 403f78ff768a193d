import type { Session } from "./session.js";

const PINGS_AT_ONCE = 16;
const PING_MS_MAX = 2000;

/** Pings whoever is not known by the round trip yet. Who does not answer stays without one. @throws the signal's reason */
export async function measure({ network, signal, timeoutMs }: Session): Promise<void> {
  const unknown = network.discovery.catalog.peers().filter(({ rttMs }) => rttMs === undefined);
  const options = { timeoutMs: Math.min(timeoutMs, PING_MS_MAX), signal };
  const pingNext = async () => {
    for (let peer = unknown.pop(); peer !== undefined; peer = unknown.pop()) {
      await network.discovery.ping(peer.id, options).catch(() => signal.throwIfAborted());
    }
  };
  await Promise.all(Array.from({ length: PINGS_AT_ONCE }, pingNext));
}
