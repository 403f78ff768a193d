import { Codec } from "../codec.js";
import { EncodeError, describe, wrongType } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import { compareText } from "../order.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";

class StringCodec extends Codec<string> {
  readonly shape: Shape = { kind: "string" };

  constructor(readonly rustName: string | undefined) {
    super();
  }

  override get minSize(): number {
    return 1;
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(a: string, b: string): number {
    return compareText(a, b);
  }

  override get isHashable(): boolean {
    return true;
  }

  override hash(stream: HashStream, value: string): void {
    stream.text(value);
  }

  override write(writer: Writer, value: string): void {
    if (typeof value !== "string") throw wrongType("a string", value);
    writer.text(value);
  }

  override read(reader: Reader): string {
    return reader.text();
  }
}

class CharCodec extends Codec<string> {
  readonly shape: Shape = { kind: "char" };
  readonly rustName = "char";

  override get minSize(): number {
    return 2;
  }

  override get isOrdered(): boolean {
    return true;
  }

  override compare(a: string, b: string): number {
    return compareText(a, b);
  }

  override get isHashable(): boolean {
    return true;
  }

  override hash(stream: HashStream, value: string): void {
    stream.integer(value.codePointAt(0)!, 4);
  }

  override write(writer: Writer, value: string): void {
    if (typeof value !== "string") throw wrongType("a string of one character", value);
    const code = value.codePointAt(0);
    if (code === undefined || value.length !== (code > 0xffff ? 2 : 1)) {
      throw new EncodeError("wrongLength", `${describe(value)} is not one character`);
    }
    writer.text(value);
  }

  override read(reader: Reader): string {
    const start = reader.offset;
    const size = reader.byteLength();
    if (size === 0 || size > 4) throw reader.error("invalidChar", `a char of ${size} bytes`, start);
    return String.fromCodePoint(reader.utf8(size).codePointAt(0)!);
  }
}

/** Rust's `String`: UTF-8 with its length in front. */
export const string: Codec<string> = new StringCodec("alloc::string::String");

/** Rust's `str`, which has values only behind a pointer: `t.ref(t.str)`, `t.cow(t.str)`, `t.arc(t.str)`. */
export const str: Codec<string> = new StringCodec("str");

/** Rust's `char`: a string of one character (one code point). Of several characters within 4 bytes, the first is read. */
export const char: Codec<string> = new CharCodec();
