import type { Codec } from "@mosaik/postcard";
import { hashRankOf, type HashRank } from "./hash-order.js";
import { identities, type Identities } from "./identity.js";

/** What a collection does with its keys, by their type. */
export interface Keys<K> extends Identities<K> {
  /** Where a key stands in Rust's order of hashed keys. */
  readonly rank: (key: K) => HashRank;
}

/**
 * Keys of a type.
 *
 * @throws TypeError for a type that Rust cannot hash, such as floats
 */
export function keysOf<K>(codec: Codec<K>): Keys<K> {
  return { rank: hashRankOf(codec), ...identities(codec) };
}
