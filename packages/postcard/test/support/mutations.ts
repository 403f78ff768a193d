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

/** What mutations begin with is cut to so many bytes. */
const INPUT_MAX_BYTES = 400;
/** Where mutations are made: inputs that doubled four times, and what else was put in. */
const scratch = new Uint8Array(16 * INPUT_MAX_BYTES + 1024);

/** Other bytes in the place of good ones: some changed, cut, doubled, or replaced by what decoders trip over. */
export function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  let length = Math.min(bytes.length, INPUT_MAX_BYTES);
  scratch.set(length < bytes.length ? bytes.subarray(0, length) : bytes);
  /** Makes room for `count` bytes in the place of `removed` others. */
  const splice = (at: number, removed: number, count: number): void => {
    const rest = Math.min(length, at + removed);
    scratch.copyWithin(at + count, rest, length);
    length += count - (rest - at);
  };
  for (let rounds = 1 + below(4); rounds > 0; rounds--) {
    const at = below(length + 1);
    switch (below(7)) {
      case 0:
        if (at === length) length++;
        scratch[at] = below(256);
        break;
      case 1:
        if (at === length) scratch[length++] = 0;
        scratch[at]! ^= 1 << below(8);
        break;
      case 2:
        length = at;
        break;
      case 3: {
        const removed = below(3);
        const nasty = NASTY[below(NASTY.length)]!;
        splice(at, removed, nasty.length);
        scratch.set(nasty, at);
        break;
      }
      case 4: {
        const from = below(at + 1);
        splice(at, 0, at - from);
        scratch.copyWithin(at, from, at);
        break;
      }
      case 5: {
        const count = below(12);
        splice(at, 0, count);
        for (let i = 0; i < count; i++) scratch[at + i] = below(256);
        break;
      }
      default:
        length = below(40);
        for (let i = 0; i < length; i++) scratch[i] = below(256);
    }
  }
  return scratch.slice(0, length);
}
