import { HashStream, type Codec } from "@mosaik/postcard";
import { sipHash13 } from "./sip-hash.js";

/** Where a key stands in the order in which Rust's hashed collections go through their keys: an unsigned number of 32 bits. */
export type HashRank = number;

/**
 * Which of two orders: they differ in keys of one rank alone. `lent` is that of Rust's borrowing iterators, which give such keys in the
 * order of their insertion; `owned` is that of its consuming ones, the reverse: snapshots have it.
 */
export type HashOrder = "lent" | "owned";

/** Keys that are hashed or sorted before the caller is asked whether to go on: less than 1 ms. */
const STEP = 1024;
const BUCKET_BITS = 11;
const REST_BITS = 32 - BUCKET_BITS;
const REST_MASK = 2 ** REST_BITS - 1;
const PLACES = 2 ** 32;

/**
 * Makes the ranks of a type's keys (spec 06 §7.2). Rust's hashed collections are tries that take a hash five bits at a time from its
 * low end; so that is what the order of ranks compares first.
 *
 * @throws TypeError for a type that Rust cannot hash
 */
export function hashRankOf<K>(codec: Codec<K>): (key: K) => HashRank {
  if (!codec.isHashable) throw new TypeError(`${codec.rustName ?? "the type"} has no hash, so it cannot be a key`);
  const stream = new HashStream();
  return (key) => {
    stream.reset();
    codec.hash(stream, key);
    return rankOf(sipHash13(stream.bytes)[1]);
  };
}

/** The rank of what hashes to these low 32 bits. */
export function rankOf(hash: number): HashRank {
  let rank = 0;
  for (let shift = 0; shift < 30; shift += 5) rank = (rank << 5) | ((hash >>> shift) & 31);
  return ((rank << 2) | (hash >>> 30)) >>> 0;
}

/**
 * Sorts what stands in the order of insertion into an order of Rust, in steps: a hundred thousand keys take too long for one turn.
 * Each `next()` does one step; the last returns the sorted entries.
 *
 * @param isRepeat tells whether an entry is there twice; then the one that comes first is taken
 */
export function* inHashOrder<E>(
  entries: readonly E[],
  rank: (entry: E) => HashRank,
  order: HashOrder,
  isRepeat: (entry: E, other: E) => boolean = () => false,
): Generator<void, E[], void> {
  const ranks = new Uint32Array(entries.length);
  for (let i = 0; i < entries.length; i++) {
    ranks[i] = rank(entries[i]!);
    if (i % STEP === STEP - 1) yield;
  }
  const places = entries.length <= STEP ? sortFew(ranks, order) : yield* sortMany(ranks, order);
  const sorted: E[] = [];
  let run = 0;
  let runRank = -1;
  for (const place of places) {
    const entry = entries[place]!;
    if (ranks[place] !== runRank) run = sorted.length;
    else if (sorted.slice(run).some((other) => isRepeat(entry, other))) continue;
    runRank = ranks[place]!;
    sorted.push(entry);
    if (sorted.length % STEP === 0) yield;
  }
  return sorted;
}

/** The places of ranks in their order. */
function sortFew(ranks: Uint32Array, order: HashOrder): Uint32Array {
  const direction = order === "lent" ? 1 : -1;
  return Uint32Array.from(ranks, (_, place) => place).sort((a, b) => ranks[a]! - ranks[b]! || direction * (a - b));
}

/** As `sortFew`, in steps: first by the upper bits, then by the rest. */
function* sortMany(ranks: Uint32Array, order: HashOrder): Generator<void, Uint32Array, void> {
  const count = ranks.length;
  const ends = new Uint32Array(2 ** BUCKET_BITS);
  for (const rank of ranks) ends[rank >>> REST_BITS]!++;
  for (let bucket = 1; bucket < ends.length; bucket++) ends[bucket]! += ends[bucket - 1]!;

  // Within a bucket the rest of the rank decides, then the place: both fit into one number.
  const keys = new Float64Array(count);
  const free = ends.slice();
  for (let i = 0; i < count; i++) {
    const place = order === "lent" ? i : count - 1 - i;
    keys[--free[ranks[i]! >>> REST_BITS]!] = (ranks[i]! & REST_MASK) * PLACES + place;
  }
  yield;
  let start = 0;
  for (const end of ends) {
    keys.subarray(start, end).sort();
    if ((start ^ end) >= STEP) yield;
    start = end;
  }
  return Uint32Array.from(keys, order === "lent" ? (key) => key % PLACES : (key) => count - 1 - (key % PLACES));
}
