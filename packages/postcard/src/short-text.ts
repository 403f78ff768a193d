import { generate } from "./compile/generate.js";
import { nativeText } from "./native-text.js";

/** Up to here the characters are arguments of one call, which makes a flat string at once. */
const SPREAD_MAX = 32;
/** Up to here four characters at a time beat `TextDecoder`, where no code can be made. */
const LOOP_MAX = 16;
/** Up to here `Buffer`'s own function beats `TextDecoder`. */
const NATIVE_MAX = 512;

const fromCharCode = String.fromCharCode;

type AsciiText = (bytes: Uint8Array, start: number, count: number) => string | undefined;

const spread = generate<AsciiText>(spreadSource(), { fromCharCode });
const ascii = spread ?? asciiLoop;
const asciiMax = spread === undefined ? LOOP_MAX : SPREAD_MAX;
const slice = nativeText?.utf8Slice;

/**
 * The text of `count` bytes from `start`, which are there; undefined if a slower way must find out what they are, as
 * they are many or perhaps not UTF-8.
 */
export function shortText(bytes: Uint8Array, start: number, count: number): string | undefined {
  if (count <= asciiMax) {
    const text = ascii(bytes, start, count);
    if (text !== undefined) return text;
  }
  if (slice === undefined || count > NATIVE_MAX) return undefined;
  const text = slice.call(bytes, start, start + count);
  // What stands for bytes that are not UTF-8; a text may hold it of its own.
  return text.includes("\ufffd") ? undefined : text;
}

/** A function with a case for each count, which returns undefined if a byte is not ASCII. */
function spreadSource(): string {
  const cases = Array.from({ length: SPREAD_MAX }, (_, last) => {
    const names = Array.from({ length: last + 1 }, (_, i) => `c${i}`);
    const reads = names.map((name, i) => `${name} = bytes[start + ${i}]`).join(", ");
    const text = `(${names.join(" | ")}) > 0x7f ? undefined : fromCharCode(${names.join(", ")})`;
    return `case ${last + 1}: { const ${reads}; return ${text}; }`;
  });
  return `"use strict"; return function (bytes, start, count) { switch (count) { ${cases.join("\n")} default: return ""; } };`;
}

function asciiLoop(bytes: Uint8Array, start: number, count: number): string | undefined {
  const end = start + count;
  let text = "";
  let seen = 0;
  let at = start;
  for (; end - at >= 4; at += 4) {
    const a = bytes[at]!;
    const b = bytes[at + 1]!;
    const c = bytes[at + 2]!;
    const d = bytes[at + 3]!;
    seen |= a | b | c | d;
    text += fromCharCode(a, b, c, d);
  }
  for (; at < end; at++) {
    const a = bytes[at]!;
    seen |= a;
    text += fromCharCode(a);
  }
  return seen > 0x7f ? undefined : text;
}
