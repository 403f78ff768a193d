import { readFile, stat } from "node:fs/promises";
import { usageError } from "../exit.js";
import type { Output } from "../output.js";

/** Where a secret comes from: never from the command line, which everybody on the machine can read. */
export interface SecretSource {
  readonly file: string | undefined;
  /** The name of the environment variable that holds it, if there is no file. */
  readonly variable: string;
  /** What it is, for messages. */
  readonly what: string;
}

/** The text of a secret, without the white space around it; `undefined` where none was given. @throws CliError for a file that cannot be read */
export async function readSecret({ file, variable, what }: SecretSource, output: Output): Promise<string | undefined> {
  if (file === undefined) return process.env[variable]?.trim() || undefined;
  let text: string;
  try {
    const { mode } = await stat(file);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      output.warn(`${what} in ${file} can be read by others on this machine: chmod 600 ${file}`);
    }
    text = (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw usageError(`${what} cannot be read from ${file}: ${(error as Error).message}`);
  }
  if (text === "") throw usageError(`${what}: ${file} is empty`);
  return text;
}
