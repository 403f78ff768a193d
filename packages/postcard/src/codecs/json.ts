import type { Codec } from "../codec.js";
import { string } from "./text.js";
import { transform } from "./transform.js";

/**
 * Any JSON value, as UTF-8 JSON inside a string: no schema, no checks, for networks of TypeScript nodes.
 *
 * Values come back as `JSON.parse` gives them; `T` is taken on trust, `refine` checks it.
 */
export function json<T = unknown>(rustName?: string): Codec<T> {
  return transform<string, T>(string, { to: (text) => JSON.parse(text) as T, from: stringify, rustName });
}

function stringify(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError("the value has no JSON form");
  return text;
}
