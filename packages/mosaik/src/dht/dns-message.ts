import { bytesOf, latin1Of } from "./latin1.js";

/** One answer of a DNS message (RFC 1035 §4.1.3). Names are texts of labels with dots between them, without one at the end. */
export interface DnsAnswer {
  readonly name: string;
  readonly type: number;
  readonly ttlSeconds: number;
  /** The data as it stands there. */
  readonly data: Uint8Array;
}

/** What was received is no DNS message. */
export class DnsMessageError extends Error {
  override readonly name = "DnsMessageError";
}

export const DNS_TYPE_TXT = 16;
const DNS_CLASS_IN = 1;
const HEADER_BYTES = 12;
/** A response, and nothing else. */
const FLAGS_RESPONSE = 0x8000;
/** A flag that must be zero (RFC 1035 §4.1.1): with it Rust refuses the message. */
const FLAG_RESERVED = 0x0040;
const POINTER = 0xc000;
const LABEL_BYTES_MAX = 63;
const NAME_BYTES_MAX = 255;
/** Bytes of one character-string that Rust writes (spec 03 §B.1). */
const STRING_BYTES_MAX = 254;

/** A response with these answers, names compressed as in Rust: a suffix that was written before becomes a pointer to it (spec 03 §B.1). */
export function encodeDnsAnswers(answers: readonly DnsAnswer[]): Uint8Array {
  const bytes: number[] = [0, 0, FLAGS_RESPONSE >> 8, 0, 0, 0, ...u16(answers.length), 0, 0, 0, 0];
  const suffixes = new Map<string, number>();
  for (const { name, type, ttlSeconds, data } of answers) {
    appendName(bytes, suffixes, name);
    bytes.push(...u16(type), ...u16(DNS_CLASS_IN), ...u16(ttlSeconds >>> 16), ...u16(ttlSeconds), ...u16(data.length));
    for (const byte of data) bytes.push(byte);
  }
  return new Uint8Array(bytes);
}

/** @throws DnsMessageError */
export function decodeDnsAnswers(message: Uint8Array): DnsAnswer[] {
  const reader = new DnsReader(message);
  const header = [0, 2, 4, 6].map((offset) => reader.u16(offset));
  if ((header[1]! & FLAG_RESERVED) !== 0) throw new DnsMessageError("a reserved flag is set");
  reader.offset = HEADER_BYTES;
  for (let i = 0; i < header[2]!; i++) {
    reader.name();
    reader.take(4);
  }
  const answers: DnsAnswer[] = [];
  for (let i = 0; i < header[3]!; i++) answers.push(reader.answer());
  return answers;
}

/** The data of a TXT record of a text (RFC 1035 §3.3.14), cut as Rust cuts it. */
export function txtOf(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const parts: number[] = [];
  for (let start = 0; start === 0 || start < bytes.length; start += STRING_BYTES_MAX) {
    const part = bytes.subarray(start, start + STRING_BYTES_MAX);
    parts.push(part.length, ...part);
  }
  return new Uint8Array(parts);
}

/** The character-strings of a TXT record's data. @throws DnsMessageError */
export function stringsOf(data: Uint8Array): Uint8Array[] {
  const strings: Uint8Array[] = [];
  for (let offset = 0; offset < data.length;) {
    const end = offset + 1 + data[offset]!;
    if (end > data.length) throw new DnsMessageError("a character-string is longer than its record");
    strings.push(data.subarray(offset + 1, end));
    offset = end;
  }
  return strings;
}

function u16(value: number): [number, number] {
  return [(value >>> 8) & 255, value & 255];
}

function appendName(bytes: number[], suffixes: Map<string, number>, name: string): void {
  for (let rest = name; ;) {
    const known = suffixes.get(rest);
    if (known !== undefined) return void bytes.push(...u16(POINTER | known));
    if (bytes.length < POINTER) suffixes.set(rest, bytes.length);
    const dot = rest.indexOf(".");
    const label = bytesOf(dot < 0 ? rest : rest.slice(0, dot));
    if (label.length === 0 || label.length > LABEL_BYTES_MAX)
      throw new RangeError(`a label has 1 to 63 bytes: ${name}`);
    bytes.push(label.length, ...label);
    if (dot < 0) return void bytes.push(0);
    rest = rest.slice(dot + 1);
  }
}

class DnsReader {
  offset = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  u16(offset: number): number {
    if (offset + 2 > this.#bytes.length) throw new DnsMessageError("the message ends too early");
    return (this.#bytes[offset]! << 8) | this.#bytes[offset + 1]!;
  }

  take(count: number): Uint8Array {
    const start = this.offset;
    if (start + count > this.#bytes.length) throw new DnsMessageError("the message ends too early");
    this.offset = start + count;
    return this.#bytes.subarray(start, this.offset);
  }

  answer(): DnsAnswer {
    const name = this.name();
    const type = this.u16(this.offset);
    const ttlSeconds = this.u16(this.offset + 4) * 2 ** 16 + this.u16(this.offset + 6);
    const length = this.u16(this.offset + 8);
    this.take(10);
    return { name, type, ttlSeconds, data: this.take(length) };
  }

  /** A name; a pointer leads back, so that there is no circle. */
  name(): string {
    const labels: string[] = [];
    let end: number | undefined;
    let bound = this.offset;
    for (let nameBytes = 1; ;) {
      const length = this.take(1)[0]!;
      if (length === 0) break;
      if (length >= POINTER >> 8) {
        const target = this.u16(this.offset - 1) & ~POINTER;
        end ??= this.offset + 1;
        if (target >= bound) throw new DnsMessageError("a name points ahead");
        bound = this.offset = target;
        continue;
      }
      if (length > LABEL_BYTES_MAX) throw new DnsMessageError("a label of an unknown kind");
      nameBytes += length + 1;
      if (nameBytes > NAME_BYTES_MAX) throw new DnsMessageError("a name of more than 255 bytes");
      labels.push(latin1Of(this.take(length)));
    }
    this.offset = end ?? this.offset;
    return labels.join(".");
  }
}
