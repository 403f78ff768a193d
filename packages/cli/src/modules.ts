import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CliError, EXIT, usageError } from "./exit.js";
import { nearest } from "./nearest.js";

/** An export of a user's module: `./types.mjs#Reading`, or the only one of its kind without a name. */
export interface ModuleReference {
  readonly path: string;
  readonly name: string | undefined;
}

/** What is looked for among the exports of a module. */
export interface Wanted<T> {
  /** What one is called. */
  readonly noun: string;
  /** The module may have another copy of the library, so a class says nothing. */
  is(this: void, value: unknown): value is T;
  /** How one is made. */
  readonly advice: string;
}

const REFERENCE = /^(?<path>.+\.(?:mjs|cjs|js|mts|cts|ts))(?:#(?<name>.*))?$/su;

/** The module that a text names, with or without one of its exports; nothing for any other text. */
export function moduleReference(text: string): ModuleReference | undefined {
  const groups = REFERENCE.exec(text)?.groups;
  return groups && { path: groups["path"]!, name: groups["name"] };
}

/** Loads a module, which runs with all rights of this program, and takes an export. @throws CliError that says what there is */
export async function exportOf<T>({ path, name }: ModuleReference, wanted: Wanted<T>): Promise<T> {
  const found = await exportsOf(path, wanted);
  const names = [...found.keys()].join(", ");
  if (name === undefined) {
    if (found.size === 1) return [...found.values()][0]!;
    throw usageError(`${path} exports several ${wanted.noun}s: ${names}`, `Name one: ${path}#${[...found.keys()][0]}`);
  }
  const value = found.get(name);
  if (value !== undefined) return value;
  const likely = nearest(name, found.keys());
  throw usageError(
    `${path} exports no ${wanted.noun} ${name}`,
    likely === undefined ? `It exports ${names}.` : `Did you mean ${likely}?`,
  );
}

/** All such exports of a module, by their names, in order. @throws CliError for a module that cannot be loaded, or has none */
export async function exportsOf<T>(path: string, { noun, is, advice }: Wanted<T>): Promise<ReadonlyMap<string, T>> {
  const file = resolve(path);
  if (!(await stat(file).catch(() => undefined))?.isFile()) throw usageError(`there is no file ${path}`);
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw cannotLoad(path, error);
  }
  const found = Object.entries(exported).filter((entry): entry is [string, T] => is(entry[1]));
  if (found.length === 0) throw usageError(`${path} exports no ${noun}`, advice);
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
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
