import { readFile } from "node:fs/promises";
import { usageError } from "../exit.js";
import { moduleReference } from "../modules.js";
import { loadCodec, loadCodecs, parseSchema } from "../notation/index.js";
import { schemaOf, type Schema } from "../schema/index.js";
import { modulePathOf } from "./module-path.js";
import { readRust } from "./rust/read.js";

/**
 * The schema of a Rust file (`.rs`) or of the codecs of a module (`.mjs`, `.js`, `.ts`), both with `#NAME` for one alone, or of a text of the
 * notation.
 *
 * @param module the path of the module that a Rust file is, where its place in a crate does not tell
 * @throws CliError that says what is wrong and where
 */
export async function loadSchema(source: string, module?: string): Promise<Schema> {
  const [, file, only] = /^(.+\.rs)(?:#(.*))?$/s.exec(source) ?? [];
  if (file !== undefined) return loadRust(file, module, only);
  const reference = moduleReference(source);
  if (reference === undefined) return parseSchema(source);
  const { path, name } = reference;
  return schemaOf(name === undefined ? await loadCodecs(path) : new Map([[name, await loadCodec(source)]]));
}

async function loadRust(file: string, module: string | undefined, only: string | undefined): Promise<Schema> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`);
  }
  const path = module ?? (await modulePathOf(file));
  if (path === undefined) {
    throw usageError(
      `which module ${file} is cannot be told from its place`,
      "Say it, beginning with the crate: --module demo::types. Rust's names, and ids made of them, begin with it.",
    );
  }
  return readRust({ name: file, text }, path, only);
}
