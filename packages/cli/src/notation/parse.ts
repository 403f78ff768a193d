import type { Codec } from "mosaik";
import { BUILTINS, codecOf, SchemaError, type Definition, type Schema, type Type } from "../schema/index.js";
import { NotationError } from "./errors.js";
import { nearest } from "../nearest.js";
import { Parser } from "./parser.js";

/** The longest text that is read, in UTF-16 units. */
export const NOTATION_LENGTH_MAX = 65_536;

/**
 * The schema that a text of the notation describes; its root is the last type of the text.
 *
 * @throws NotationError
 */
export function parseSchema(text: string): Schema {
  if (text.length > NOTATION_LENGTH_MAX) {
    throw new NotationError({ text: "" }, 0, `a text of more than ${NOTATION_LENGTH_MAX} characters`);
  }
  const parser = new Parser(text);
  const root = parser.text();
  for (const { key, at } of parser.references) {
    if (!parser.definitions.has(key)) throw undefinedName(text, key, at, parser.definitions);
  }
  return { definitions: parser.definitions, roots: [{ name: undefined, type: root }] };
}

/**
 * The codec that a text of the notation describes. It is interpreted: no code is made of the text.
 *
 * ```ts
 * parseNotation("demo::SensorReading{sensor:string,celsius:f64}").rustName; // "demo::SensorReading"
 * ```
 *
 * @throws NotationError, and nothing else, whatever the text
 */
export function parseNotation(text: string): Codec<unknown> {
  const schema = parseSchema(text);
  try {
    return codecOf(schema, rootOf(schema));
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    throw new NotationError({ text }, error.at ?? 0, error.message, error.advice);
  }
}

function rootOf(schema: Schema): Type {
  return schema.roots[0]!.type;
}

function undefinedName(
  text: string,
  key: string,
  at: number,
  definitions: ReadonlyMap<string, Definition>,
): NotationError {
  const guess = nearest(key, [...definitions.keys(), ...BUILTINS.flatMap(({ name, aliases }) => [name, ...aliases])]);
  return new NotationError(
    { text },
    at,
    `${key} is neither a built-in type nor defined in this text`,
    guess === undefined ? `Define it: ${key}{…}, or enum ${key}{…}.` : `Did you mean ${guess}?`,
  );
}
