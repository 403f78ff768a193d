import { createNodeRuntime, systemUdp } from "../runtime/index.js";
import { DhtClient, type DhtOptions } from "./client.js";

/**
 * A client of the Mainline DHT by itself, without a network. It keeps the process alive until it is closed.
 *
 * ```ts
 * const dht = await openDht();
 * const found = await dht.get(publicKey);
 * await dht.put(dht.sign(secretKey, BigInt(Date.now()) * 1000n, value), found, found.packet?.seq);
 * dht.close();
 * ```
 *
 * @throws TypeError for a router that cannot be read; Error where no socket can be bound
 */
export async function openDht(options: DhtOptions = {}): Promise<DhtClient> {
  return DhtClient.open(await createNodeRuntime({ udp: systemUdp(true) }), options);
}
