import { DateTime } from "@mosaik/postcard";

/** An element of DER (ITU-T X.690): one tag, and what it holds. */
export interface DerElement {
  readonly tag: number;
  /** Without tag and length. */
  readonly content: Uint8Array;
  /** With them: what is signed and compared. */
  readonly whole: Uint8Array;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** `[n]` of a constructed type. */
  context: (number: number): number => 0xa0 | number,
} as const;

/** The bytes are no DER, or not what is expected. */
export class DerError extends Error {
  override readonly name = "DerError";
}

/** Reads what is expected, element by element. It takes DER alone: definite lengths of the shortest form, tags below 31. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The one element that the bytes are. @throws DerError where there is another tag, or something behind it */
  static only(bytes: Uint8Array, tag: number, what: string): DerElement {
    const reader = new DerReader(bytes);
    const element = reader.read(tag, what);
    reader.end(what);
    return element;
  }

  get hasMore(): boolean {
    return this.#offset < this.#bytes.length;
  }

  /** The tag that comes; nothing at the end. */
  peek(): number | undefined {
    return this.#bytes[this.#offset];
  }

  /** @throws DerError for another tag */
  read(tag: number, what: string): DerElement {
    const found = this.peek();
    if (found !== tag) throw new DerError(`${what}: tag ${found ?? "none"}, not ${tag}`);
    return this.next(what);
  }

  /** The next element, if it has this tag. */
  optional(tag: number, what: string): DerElement | undefined {
    return this.peek() === tag ? this.next(what) : undefined;
  }

  next(what: string): DerElement {
    const start = this.#offset;
    const tag = this.#byte(what);
    if ((tag & 0x1f) === 0x1f) throw new DerError(`${what}: a tag of several bytes`);
    const length = this.#length(what);
    if (length > this.#bytes.length - this.#offset) throw new DerError(`${what} ends too soon`);
    const begin = this.#offset;
    this.#offset += length;
    return {
      tag,
      content: this.#bytes.subarray(begin, this.#offset),
      whole: this.#bytes.subarray(start, this.#offset),
    };
  }

  /** A reader of what a sequence or a set holds. */
  inside(tag: number, what: string): DerReader {
    return new DerReader(this.read(tag, what).content);
  }

  /** @throws DerError where something is left */
  end(what: string): void {
    if (this.hasMore) throw new DerError(`${what}: something is behind it`);
  }

  #length(what: string): number {
    const first = this.#byte(what);
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new DerError(`${what}: a length of ${count} bytes`);
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.#byte(what);
    if (length < 0x80 || length < 256 ** (count - 1)) throw new DerError(`${what}: a length that is too long`);
    return length;
  }

  #byte(what: string): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw new DerError(`${what} ends too soon`);
    this.#offset++;
    return byte;
  }
}

/** The dotted text of an object identifier. */
export function oidText({ content }: DerElement): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) throw new DerError("an object identifier with a huge arc");
    if ((byte & 0x80) === 0) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first] = arcs;
  if (first === undefined || content.at(-1)! >= 0x80) throw new DerError("an object identifier that does not end");
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...arcs.slice(1)].join(".");
}

/** A non-negative integer that a program can count with. */
export function smallInteger({ content }: DerElement, what: string): number {
  if (content.length === 0 || content.length > 6 || content[0]! >= 0x80)
    throw new DerError(`${what}: not a small number`);
  return content.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** A bit string of whole bytes. */
export function bitBytes({ content }: DerElement, what: string): Uint8Array {
  if (content[0] !== 0) throw new DerError(`${what}: not of whole bytes`);
  return content.subarray(1);
}

/** UTCTime or GeneralizedTime as RFC 5280 has them, in ms since the Unix epoch. */
export function timeOf({ tag, content }: DerElement, what: string): number {
  const text = String.fromCharCode(...content.subarray(0, 20));
  const match = FORMS.get(tag)?.exec(text);
  if (!match) throw new DerError(`${what}: not a time`);
  const [year, month, day, hour, minute, second] = match.slice(1) as [string, string, string, string, string, string];
  const century = year.length === 4 ? "" : year < "50" ? "20" : "19";
  try {
    return DateTime.parse(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`).toMillis();
  } catch (error) {
    throw new DerError(`${what}: not a time`, { cause: error });
  }
}

const FORMS = new Map<number, RegExp>([
  [TAG.utcTime, /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/],
  [TAG.generalizedTime, /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/],
]);
