import { DecodeError, Reader } from "@mosaik/postcard";
import type { Admission, Lookahead } from "../../groups/index.js";

/** Commands of a vec that say how long it is, by their numbers on the wire (spec 06 §6.4). */
const CLEAR = 0;
const INSERT = 2;
const PUSH_BACK = 3;
const PUSH_FRONT = 4;
const POP_BACK = 5;
const POP_FRONT = 6;
const REMOVE = 7;
const TRUNCATE = 8;
const EXTEND = 9;

/** `Truncate` to 2^64-1 elements. */
const REFUSAL = new Uint8Array([TRUNCATE, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);

/**
 * Keeps an `Insert` behind the end of a vec out of the log: one that is committed ends the collection at every member in Rust
 * (spec 06 §14.1, §15.4).
 *
 * @param length of the vec at the call
 */
export function vecAdmission(length: () => number): Admission {
  return { refusal: REFUSAL, lookahead: () => new VecLookahead(length()) };
}

/** How long a vec will be. Reads no more of a command than its number and the one behind that. */
class VecLookahead implements Lookahead {
  #length: number;
  readonly #reader = new Reader(REFUSAL);

  constructor(length: number) {
    this.#length = length;
  }

  allows(command: Uint8Array): boolean {
    return this.#variantOf(command) !== INSERT || this.#number() <= this.#length;
  }

  follow(command: Uint8Array): void {
    this.#length = this.#lengthAfter(command);
  }

  #lengthAfter(command: Uint8Array): number {
    const length = this.#length;
    switch (this.#variantOf(command)) {
      case CLEAR:
        return 0;
      case INSERT:
        return this.#number() <= length ? length + 1 : length;
      case PUSH_BACK:
      case PUSH_FRONT:
        return length + 1;
      case POP_BACK:
      case POP_FRONT:
        return Math.max(0, length - 1);
      case REMOVE:
        return this.#number() < length ? length - 1 : length;
      case TRUNCATE:
        return Math.min(length, this.#number());
      case EXTEND:
        return length + this.#number();
      default:
        return length;
    }
  }

  #variantOf(command: Uint8Array): number {
    this.#reader.reset(command);
    return this.#orInfinite(() => this.#reader.u32());
  }

  /** The index, length or count behind the variant; infinite if it is more than any vec has. */
  #number(): number {
    return this.#orInfinite(() => this.#reader.u64Number());
  }

  /** What does not decode has no effect on a vec: nobody carries it out. */
  #orInfinite(read: () => number): number {
    try {
      return read();
    } catch (error) {
      if (error instanceof DecodeError) return Infinity;
      throw error;
    }
  }
}
