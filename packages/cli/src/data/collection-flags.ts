import { Option, type Command } from "commander";
import { integer } from "../arguments/integer.js";
import { several } from "../arguments/several.js";

export const KINDS = ["map", "set", "vec", "cell", "once", "queue"] as const;
/** A kind of collection, as the command line calls it. */
export type KindName = (typeof KINDS)[number];

/** How a collection is declared, beside its name. */
export interface CollectionFlags {
  readonly kind: KindName;
  readonly key: string;
  readonly value: string;
  readonly priority: string;
  readonly capacity?: number;
  readonly machineTypeName?: string;
  readonly requireTicket?: readonly string[];
}

export const COLLECTION_ARGUMENT = "its name or store id: whoever knows it may read and write it";

const GROUP = "Collection options (all of its members have the same):";

/** Adds the options that say what a collection holds. */
export function declaresCollection(command: Command): Command {
  const options = [
    new Option("-k, --kind <kind>", "what it is").choices(KINDS).default("map"),
    new Option("--key <type>", "of a map's or queue's keys: the notation, or MODULE#EXPORT").default("string"),
    new Option("--value <type>", "of the values or elements").default("string"),
    new Option("--priority <type>", "of a queue's priorities").default("u64"),
    new Option("--capacity <number>", "of a queue, if it is bounded").argParser(integer(0)),
    new Option("--machine-type-name <name>", "what Rust's type_name prints for the machine, where it differs"),
    several("--require-ticket <validator>", "of the tickets of its members, in their order: MODULE#EXPORT"),
  ];
  for (const option of options) command.addOption(option.helpGroup(GROUP));
  return command;
}
