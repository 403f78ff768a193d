import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Codec } from "mosaik";
import { CliError, EXIT, usageError } from "../exit.js";
import { nearest } from "../nearest.js";
import { parseNotation } from "./parse.js";

const REFERENCE = /^(?<path>.+\.(?:mjs|cjs|js|mts|cts|ts))(?:#(?<name>.*))?$/su;

/** The codecs that a module exports, by the names of the exports. */
export interface CodecModule {
  readonly path: string;
  readonly codecs: ReadonlyMap<string, Codec<unknown>>;
}

/** Whether a text names a module, with or without one of its exports, and is not of the notation. */
export function isModuleReference(text: string): boolean {
  return REFERENCE.test(text);
}

/**
 * The codec of `./types.mjs#Reading`, or of a text of the notation. The module is run, with all rights of this program; a text of the
 * notation is only read.
 *
 * @throws NotationError, CliError for a module that cannot be loaded or has no such codec
 */
export async function loadCodec(text: string): Promise<Codec<unknown>> {
  const groups = REFERENCE.exec(text)?.groups;
  if (groups === undefined) return parseNotation(text);
  const { path, codecs } = await loadModule(groups["path"]!);
  const name = groups["name"];
  const names = [...codecs.keys()].join(", ");
  if (name === undefined) {
    if (codecs.size === 1) return [...codecs.values()][0]!;
    throw usageError(`${path} exports several codecs: ${names}`, `Name one: ${path}#${[...codecs.keys()][0]}`);
  }
  const codec = codecs.get(name);
  if (codec !== undefined) return codec;
  const likely = nearest(name, codecs.keys());
  throw usageError(
    `${path} exports no codec ${name}`,
    likely === undefined ? `It exports ${names}.` : `Did you mean ${likely}?`,
  );
}

/** All codecs of a module. @throws CliError for a module that cannot be loaded, or exports none */
export async function loadModule(path: string): Promise<CodecModule> {
  const file = resolve(path);
  if (!(await stat(file).catch(() => undefined))?.isFile()) throw usageError(`there is no file ${path}`);
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw cannotLoad(path, error);
  }
  const named = Object.entries(exported).filter((entry): entry is [string, Codec<unknown>] => isCodec(entry[1]));
  const codecs = new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
  if (codecs.size === 0) {
    throw usageError(
      `${path} exports no codec`,
      'A codec is made by t: export const Reading = t.struct("demo::Reading", { … });',
    );
  }
  return { path, codecs };
}

function cannotLoad(path: string, error: unknown): CliError {
  const { code } = error as NodeJS.ErrnoException;
  const advice =
    code === "ERR_UNKNOWN_FILE_EXTENSION"
      ? "Node.js runs TypeScript from 22.18 on; before that, compile it and give the .js file."
      : undefined;
  const message = `${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
  return new CliError(EXIT.usage, message, { cause: error, ...(advice === undefined ? {} : { advice }) });
}

/** The module may have another copy of the library, so its class says nothing. */
function isCodec(value: unknown): value is Codec<unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { encode, decode, interpreted, shape } = value as Partial<Codec<unknown>>;
  return [encode, decode, interpreted].every((method) => typeof method === "function") && typeof shape === "object";
}
