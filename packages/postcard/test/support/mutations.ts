/** A seeded generator of numbers below 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Bytes that decoders trip over: extreme and over-long varints. */
const NASTY = [
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x00],
  [0xff, 0xff, 0x7f],
  [0xed, 0xa0, 0x80],
  [0x00],
  [0x01],
];

/** Other bytes in the place of good ones: some changed, cut, doubled, or replaced by what decoders trip over. */
export function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  let mutated = [...bytes.subarray(0, 400)];
  for (let rounds = 1 + below(4); rounds > 0; rounds--) {
    const at = below(mutated.length + 1);
    switch (below(7)) {
      case 0:
        mutated[at] = below(256);
        break;
      case 1:
        mutated[at] = (mutated[at] ?? 0) ^ (1 << below(8));
        break;
      case 2:
        mutated.length = at;
        break;
      case 3:
        mutated.splice(at, below(3), ...NASTY[below(NASTY.length)]!);
        break;
      case 4:
        mutated.splice(at, 0, ...mutated.slice(below(at + 1), at));
        break;
      case 5:
        mutated.splice(at, 0, ...Array.from({ length: below(12) }, () => below(256)));
        break;
      default:
        mutated = Array.from({ length: below(40) }, () => below(256));
    }
  }
  return Uint8Array.from(mutated);
}
