import { writeFile } from "node:fs/promises";
import type { Invocation } from "../action.js";
import type { Language, TypesFlags } from "../commands/types.js";
import { usageError } from "../exit.js";
import { printSchema } from "../notation/index.js";
import type { Schema } from "../schema/index.js";
import { loadSchema, printRust, printTypeScript } from "../types/index.js";

/** Writes the types of a source in another language. */
export async function convertTypes({ args, options, output }: Invocation<TypesFlags>): Promise<void> {
  const [language, source] = args as [Language, string];
  const text = written(language, await loadSchema(source, options.module), options);
  if (options.out === undefined) {
    output.result({ language, text }, text.trimEnd());
    return;
  }
  try {
    await writeFile(options.out, text);
  } catch (error) {
    throw usageError(`cannot write ${options.out}: ${(error as Error).message}`);
  }
  output.result({ language, file: options.out }, `${options.out} written`);
}

function written(language: Language, schema: Schema, { module, safeIntegers = false }: TypesFlags): string {
  switch (language) {
    case "rust":
      return printRust(schema, { module });
    case "ts":
    case "js":
      return printTypeScript(schema, { isPlain: language === "js", safeIntegers });
    case "notation":
      return `${printSchema(schema, ";\n")}\n`;
  }
}
