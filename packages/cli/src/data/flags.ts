import { Option, type Command } from "commander";

/** How the values of a stream are typed, beside its argument. */
export interface StreamFlags {
  readonly type?: string;
  readonly id?: string;
}

export const STREAM_ARGUMENT = "its name or id; or a type, whose name gives the id; . for the type that --type gives";

/** Adds the options that say what is in a stream. */
export function typesStream(command: Command): Command {
  return command
    .addOption(new Option("--type <type>", "what it holds: the notation, or MODULE#EXPORT (default: json)"))
    .addOption(new Option("--id <id>", "its id, where STREAM is a type"));
}
