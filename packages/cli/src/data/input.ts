import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { Codec } from "mosaik";
import { CliError } from "../exit.js";
import { valueOf } from "./texts.js";

/** The text that an argument gives; `-` stands for all that comes from stdin. */
export async function textArgument(argument: string): Promise<string> {
  return argument === "-" ? (await text(process.stdin)).trim() : argument;
}

/** Values from stdin, one a line, no faster than they are taken; empty lines are passed over. @throws CliError with the line's number */
export async function* valuesOfLines(codec: Codec<unknown>, signal: AbortSignal): AsyncGenerator<unknown> {
  const lines = createInterface({ input: process.stdin, signal });
  let number = 0;
  try {
    for await (const line of lines) {
      number++;
      if (line.trim() !== "") yield valueOf(codec, line);
    }
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(error.exitCode, `line ${number}: ${error.message}`, {
      cause: error,
      ...(error.advice === undefined ? {} : { advice: error.advice }),
    });
  } finally {
    lines.close();
    process.stdin.destroy();
  }
  signal.throwIfAborted();
}
