import { describe, expect, it } from "vitest";
import { DecodeError, type Codec } from "../src/index.js";
import { decoders } from "./support/decoders.js";
import { HeapWatch } from "./support/heap-watch.js";
import { toHex } from "./support/hex.js";
import { mutate, seededRandom } from "./support/mutations.js";

/** Mutations per decoder; 10^6 in the full run, `npm run test:hostile`. */
const mutations = Number(process.env.MOSAIK_HOSTILE ?? 1e4);
const seed = Number(process.env.MOSAIK_SEED ?? 1);
/** What code and caches that come and go may make of a difference. */
const GROWN_MAX_BYTES = 2e6;

describe(`${mutations} mutated inputs, seed ${seed}`, () => {
  it.each(Object.entries(decoders))(
    "%s: typed errors only, and what is accepted has one canonical form",
    (_name, { codec, seeds }) => {
      const random = seededRandom(seed);
      const inputs = seeds.map((value) => codec.encode(value));
      let accepted = 0;
      const heap = new HeapWatch(mutations);
      for (let i = 0; i < mutations; i++) {
        if (survives(codec, mutate(inputs[i % inputs.length]!, random))) accepted++;
        heap.after(i + 1);
      }
      expect(accepted).toBeGreaterThan(0);
      expect(heap.grownBytes, heap.course).toBeLessThanOrEqual(GROWN_MAX_BYTES);
    },
    30_000 + mutations / 5,
  );
});

/** Decodes; if the bytes are accepted, the value must be encodable, and its bytes must mean themselves. */
function survives(codec: Codec<unknown>, input: Uint8Array): boolean {
  try {
    const value = codec.decode(input);
    const canonical = codec.encode(value);
    const again = codec.encode(codec.decode(canonical));
    if (toHex(again) !== toHex(canonical)) throw new Error(`${toHex(canonical)} becomes ${toHex(again)}`);
    return true;
  } catch (error) {
    if (error instanceof DecodeError && error.offset >= 0 && error.offset <= input.length) return false;
    throw new Error(`seed ${seed}: ${toHex(input)}`, { cause: error });
  }
}
