import { func, t, type FuncDef } from "mosaik";
import { datumsOf, READING_BYTES } from "./datums.js";

export const ECHO = "bench-echo";

/** A function that answers with what it is asked. */
export interface Echo<T> {
  readonly func: FuncDef<T, T>;
  readonly make: (index: number) => T;
  readonly isRight: (answer: T, index: number) => boolean;
}

const { codec, make, isRight } = datumsOf("readings");
const readings: Echo<unknown> = { func: func(ECHO, { request: codec, response: codec }), make, isRight };

const bytes = new Uint8Array(READING_BYTES);

/** Byte strings as long as readings, with strings as errors: a function that a Rust peer of any kind can serve. */
const byteStrings: Echo<Uint8Array> = {
  func: func(ECHO, { request: t.bytes, response: t.bytes, error: t.string }),
  make: (index) => {
    new DataView(bytes.buffer).setUint32(0, index);
    return bytes;
  },
  isRight: (answer, index) =>
    answer.length === READING_BYTES && new DataView(answer.buffer, answer.byteOffset).getUint32(0) === index,
};

const kinds = { readings, byteStrings };
export type EchoKind = keyof typeof kinds;

/** The function that a benchmark names. */
export function echoOf(kind: EchoKind): Echo<unknown> {
  return kinds[kind] as Echo<unknown>;
}
