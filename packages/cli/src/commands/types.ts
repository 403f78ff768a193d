import { Argument, Command, Option } from "commander";
import { lazily } from "../action.js";

export const LANGUAGES = ["rust", "ts", "js", "notation"] as const;

export type Language = (typeof LANGUAGES)[number];

export interface TypesFlags {
  readonly module?: string;
  readonly safeIntegers?: boolean;
  readonly out?: string;
}

/** `mosaik types`. */
export function typesCommand(): Command {
  return new Command("types")
    .description("turn the types of messages from one language into another: Rust, TypeScript, notation")
    .addArgument(new Argument("<language>", "what to write").choices(LANGUAGES))
    .argument(
      "<source>",
      "a Rust file (.rs), a module that exports codecs (.mjs, .js, .ts), FILE#NAME for one type alone, or a text of the notation",
    )
    .option(
      "-m, --module <path>",
      "the Rust module that is read or written, beginning with its crate: demo::types (default: by the file's place, or by the types)",
    )
    .addOption(new Option("--safe-integers", "64-bit integers as numbers of up to 2^53-1, not as bigint (ts, js)"))
    .option("-o, --out <file>", "where it goes (default: stdout)")
    .addHelpText(
      "after",
      `
  mosaik types rust ./messages.mjs --out ../sensor/src/lib.rs
  mosaik types ts ../sensor/src/messages.rs --out messages.ts
  mosaik types notation ./messages.mjs#Reading`,
    )
    .action(lazily<TypesFlags>(() => import("../actions/types.js").then(({ convertTypes }) => convertTypes)));
}
