import type { Codec } from "mosaik";
import type { JsonValue } from "../../json.js";
import { lineOf } from "../texts.js";
import { jsonOf } from "../../values/index.js";

/** Something of an entry or a change that is printed. */
export interface Part {
  json(): JsonValue;
  text(): string;
}

/** What is printed of an entry or a change, by name. */
export type Parts = Readonly<Record<string, Part>>;

/** A value of a codec. */
export function typed(codec: Codec<unknown>, value: unknown): Part {
  return { json: () => jsonOf(codec, value), text: () => lineOf(codec, value) };
}

/** Several values of a codec. */
export function typedList(codec: Codec<unknown>, values: readonly unknown[]): Part {
  return {
    json: () => values.map((value) => jsonOf(codec, value)),
    text: () => values.map((value) => lineOf(codec, value)).join("  "),
  };
}

/** An index, which has no codec. */
export function index(at: number): Part {
  return { json: () => at, text: () => String(at) };
}

/** Parts for scripts. */
export function partsJson(parts: Parts): { readonly [name: string]: JsonValue } {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.json()]));
}

/** Parts for people: one behind the other. */
export function partsText(parts: Parts): string {
  return Object.values(parts)
    .map((part) => part.text())
    .join("  ");
}
