import { concatBytes } from "../primitives/index.js";
import { bytesOf, latin1Of } from "./latin1.js";

/** What bencoding writes (BEP 3): integers, byte strings, lists, and dictionaries whose keys are read as Latin-1 text. */
export type Bencoded = bigint | Uint8Array | readonly Bencoded[] | BencodedDictionary;

export type BencodedDictionary = ReadonlyMap<string, Bencoded>;

/** What was received is not bencoding. */
export class BencodeError extends Error {
  override readonly name = "BencodeError";
}

/** Lists and dictionaries inside each other; messages of the DHT have three. */
const DEPTH_MAX = 8;
/** Digits of the greatest integers of 64 bits. */
const DIGITS_MAX = 20;

const [I, L, D, E, COLON, MINUS, ZERO, NINE] = [0x69, 0x6c, 0x64, 0x65, 0x3a, 0x2d, 0x30, 0x39];

/** Dictionaries are written with their keys in ascending order, as BEP 3 asks. */
export function encodeBencode(value: Bencoded): Uint8Array {
  const parts: Uint8Array[] = [];
  append(parts, value);
  return concatBytes(...parts);
}

/** @throws BencodeError unless `bytes` are one value and nothing else */
export function decodeBencode(bytes: Uint8Array): Bencoded {
  const reader = new BencodeReader(bytes);
  const value = reader.value(0);
  if (!reader.isAtEnd) throw new BencodeError("there are bytes behind the value");
  return value;
}

function append(parts: Uint8Array[], value: Bencoded): void {
  if (typeof value === "bigint") {
    parts.push(bytesOf(`i${value}e`));
  } else if (value instanceof Uint8Array) {
    parts.push(bytesOf(`${value.length}:`), value);
  } else if (isDictionary(value)) {
    parts.push(bytesOf("d"));
    for (const key of [...value.keys()].sort()) {
      append(parts, bytesOf(key));
      append(parts, value.get(key)!);
    }
    parts.push(bytesOf("e"));
  } else {
    parts.push(bytesOf("l"));
    for (const item of value) append(parts, item);
    parts.push(bytesOf("e"));
  }
}

function isDictionary(value: readonly Bencoded[] | BencodedDictionary): value is BencodedDictionary {
  return value instanceof Map;
}

class BencodeReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  value(depth: number): Bencoded {
    if (depth > DEPTH_MAX) throw new BencodeError(`more than ${DEPTH_MAX} levels`);
    switch (this.#bytes[this.#offset]) {
      case I:
        this.#offset++;
        return this.#integer(E);
      case L:
        this.#offset++;
        return this.#list(depth);
      case D:
        this.#offset++;
        return this.#dictionary(depth);
      default:
        return this.#string();
    }
  }

  #list(depth: number): Bencoded[] {
    const items: Bencoded[] = [];
    while (!this.#ends()) items.push(this.value(depth + 1));
    return items;
  }

  #dictionary(depth: number): BencodedDictionary {
    const entries = new Map<string, Bencoded>();
    while (!this.#ends()) {
      const key = latin1Of(this.#string());
      if (entries.has(key)) throw new BencodeError(`the key ${JSON.stringify(key)} is there twice`);
      entries.set(key, this.value(depth + 1));
    }
    return entries;
  }

  #ends(): boolean {
    if (this.#bytes[this.#offset] !== E) return false;
    this.#offset++;
    return true;
  }

  #string(): Uint8Array {
    const length = Number(this.#integer(COLON));
    const start = this.#offset;
    if (length < 0 || length > this.#bytes.length - start)
      throw new BencodeError("a string is longer than what is left");
    this.#offset = start + length;
    return this.#bytes.subarray(start, this.#offset);
  }

  #integer(end: number): bigint {
    const start = this.#offset;
    const stop = this.#bytes.indexOf(end, start);
    if (stop < 0 || stop - start > DIGITS_MAX) throw new BencodeError("an integer does not end");
    this.#offset = stop + 1;
    const first = this.#bytes[start] === MINUS ? start + 1 : start;
    for (let i = first; i < stop; i++) {
      const digit = this.#bytes[i]!;
      if (digit < ZERO || digit > NINE) throw new BencodeError("an integer has something else than digits");
    }
    const isPadded = this.#bytes[first] === ZERO && (stop - first > 1 || first > start);
    if (stop === first || isPadded) throw new BencodeError("an integer is empty, or begins with a zero");
    return BigInt(latin1Of(this.#bytes.subarray(start, stop)));
  }
}
