import type { Codec } from "mosaik";
import { exportOf, exportsOf, moduleReference, type Wanted } from "../modules.js";
import { parseNotation } from "./parse.js";

const CODEC: Wanted<Codec<unknown>> = {
  noun: "codec",
  is: isCodec,
  advice: 'A codec is made by t: export const Reading = t.struct("demo::Reading", { … });',
};

/**
 * The codec of `./types.mjs#Reading`, or of a text of the notation. The module is run, with all rights of this program; a text of the
 * notation is only read.
 *
 * @throws NotationError, CliError for a module that cannot be loaded or has no such codec
 */
export async function loadCodec(text: string): Promise<Codec<unknown>> {
  const reference = moduleReference(text);
  return reference === undefined ? parseNotation(text) : exportOf(reference, CODEC);
}

/** All codecs of a module, by the names of their exports. @throws CliError for a module that cannot be loaded, or exports none */
export function loadCodecs(path: string): Promise<ReadonlyMap<string, Codec<unknown>>> {
  return exportsOf(path, CODEC);
}

function isCodec(value: unknown): value is Codec<unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { encode, decode, interpreted, shape } = value as Partial<Codec<unknown>>;
  return [encode, decode, interpreted].every((method) => typeof method === "function") && typeof shape === "object";
}
