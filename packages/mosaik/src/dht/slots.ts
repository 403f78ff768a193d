import { concatBytes, Digest, type NetworkId } from "../primitives/index.js";

/** How many items of the DHT belong to a network (spec 02 §13.1). */
export const SLOT_COUNT = 16;

/** The secret seeds of a network's slots: whoever knows the network may write them all. */
export function slotSeeds(network: NetworkId): Uint8Array[] {
  const seeds = [network.bytes];
  while (seeds.length < SLOT_COUNT) {
    const last = seeds.at(-1)!;
    seeds.push(Digest.hash(concatBytes(last, last)).bytes);
  }
  return seeds;
}
