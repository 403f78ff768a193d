import type { Codec } from "mosaik";
import { humanText, parseValue } from "../values/index.js";

/** The value of a codec that an argument or a line stands for. @throws CliError */
export function valueOf<T>(codec: Codec<T>, text: string): T {
  return parseValue(codec, text) as T;
}

/** A value in one line, for people. */
export function lineOf(codec: Codec<unknown>, value: unknown): string {
  return humanText(codec, value, { width: Infinity });
}
