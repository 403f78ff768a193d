/**
 * A running hash of everything that happens in a simulation: two runs of one seed that differ anywhere differ here. Fast, not
 * cryptographic.
 */
export class TraceHash {
  #low = 0x811c9dc5 | 0;
  #high = 0x9747b28c | 0;

  /** Folds in one integer, of which the low 32 bits count. */
  fold(value: number): void {
    let low = Math.imul(this.#low ^ value, 0x85ebca6b);
    low = (low << 13) | (low >>> 19);
    this.#low = low;
    this.#high = (Math.imul(this.#high ^ low, 0xc2b2ae35) + 0x27d4eb2f) | 0;
  }

  /** Folds in the length of `bytes` and a sample of at most 64 of them. */
  foldBytes(bytes: Uint8Array): void {
    const { length } = bytes;
    this.fold(length);
    const stride = length <= 64 ? 1 : length / 64;
    for (let at = 0; at < length; at += stride) this.fold(bytes[at | 0]!);
  }

  /** The hash so far, 16 hexadecimal characters. */
  hex(): string {
    return hex32(this.#low) + hex32(this.#high);
  }
}

function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
