/**
 * SipHash-1-3 with both keys zero, Rust's `DefaultHasher::new()`, of a whole stream of bytes. On 32-bit halves, as JavaScript has no
 * fast integers of 64 bits.
 *
 * @returns the high and the low 32 bits, unsigned
 * @see https://www.aumasson.jp/siphash/siphash.pdf
 */
export function sipHash13(bytes: Uint8Array): readonly [high: number, low: number] {
  const state = new SipState();
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) state.block(word(bytes, at), word(bytes, at + 4));
  // The last block holds what is left, and the length in its highest byte.
  let low = 0;
  let high = (bytes.length & 0xff) << 24;
  for (let at = whole; at < bytes.length; at++) {
    const shift = 8 * (at & 3);
    if (at - whole < 4) low |= bytes[at]! << shift;
    else high |= bytes[at]! << shift;
  }
  state.block(low, high);
  return state.finish();
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** The four words of the state, each in two halves. */
class SipState {
  // "somepseudorandomlygeneratedbytes", to which keys of zero add nothing.
  #v0h = 0x736f6d65;
  #v0l = 0x70736575;
  #v1h = 0x646f7261;
  #v1l = 0x6e646f6d;
  #v2h = 0x6c796765;
  #v2l = 0x6e657261;
  #v3h = 0x74656462;
  #v3l = 0x79746573;

  block(low: number, high: number): void {
    this.#v3l ^= low;
    this.#v3h ^= high;
    this.#round();
    this.#v0l ^= low;
    this.#v0h ^= high;
  }

  finish(): readonly [high: number, low: number] {
    this.#v2l ^= 0xff;
    for (let i = 0; i < 3; i++) this.#round();
    const high = this.#v0h ^ this.#v1h ^ this.#v2h ^ this.#v3h;
    const low = this.#v0l ^ this.#v1l ^ this.#v2l ^ this.#v3l;
    return [high >>> 0, low >>> 0];
  }

  #round(): void {
    let v0h = this.#v0h;
    let v0l = this.#v0l;
    let v1h = this.#v1h;
    let v1l = this.#v1l;
    let v2h = this.#v2h;
    let v2l = this.#v2l;
    let v3h = this.#v3h;
    let v3l = this.#v3l;
    let low;
    let high;

    // v0 += v1; v1 = rotl(v1, 13) ^ v0; v0 = rotl(v0, 32)
    low = (v0l >>> 0) + (v1l >>> 0);
    v0h = (v0h + v1h + (low > 0xffff_ffff ? 1 : 0)) | 0;
    v0l = low | 0;
    high = (v1h << 13) | (v1l >>> 19);
    low = (v1l << 13) | (v1h >>> 19);
    v1h = high ^ v0h;
    v1l = low ^ v0l;
    high = v0h;
    v0h = v0l;
    v0l = high;

    // v2 += v3; v3 = rotl(v3, 16) ^ v2
    low = (v2l >>> 0) + (v3l >>> 0);
    v2h = (v2h + v3h + (low > 0xffff_ffff ? 1 : 0)) | 0;
    v2l = low | 0;
    high = (v3h << 16) | (v3l >>> 16);
    low = (v3l << 16) | (v3h >>> 16);
    v3h = high ^ v2h;
    v3l = low ^ v2l;

    // v0 += v3; v3 = rotl(v3, 21) ^ v0
    low = (v0l >>> 0) + (v3l >>> 0);
    v0h = (v0h + v3h + (low > 0xffff_ffff ? 1 : 0)) | 0;
    v0l = low | 0;
    high = (v3h << 21) | (v3l >>> 11);
    low = (v3l << 21) | (v3h >>> 11);
    v3h = high ^ v0h;
    v3l = low ^ v0l;

    // v2 += v1; v1 = rotl(v1, 17) ^ v2; v2 = rotl(v2, 32)
    low = (v2l >>> 0) + (v1l >>> 0);
    v2h = (v2h + v1h + (low > 0xffff_ffff ? 1 : 0)) | 0;
    v2l = low | 0;
    high = (v1h << 17) | (v1l >>> 15);
    low = (v1l << 17) | (v1h >>> 15);
    v1h = high ^ v2h;
    v1l = low ^ v2l;
    high = v2h;
    v2h = v2l;
    v2l = high;

    this.#v0h = v0h;
    this.#v0l = v0l;
    this.#v1h = v1h;
    this.#v1l = v1l;
    this.#v2h = v2h;
    this.#v2l = v2l;
    this.#v3h = v3h;
    this.#v3l = v3l;
  }
}
