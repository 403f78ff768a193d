import { Argument, Command, Option } from "commander";
import { lazily } from "../action.js";
import { KEY_ALGORITHMS, type KeyAlgorithm } from "../keys/names.js";

export interface NewKeyFlags {
  readonly out?: string;
  readonly algorithm: KeyAlgorithm;
}

/** `mosaik key`. */
export function keyCommand(): Command {
  const command = new Command("key").description(
    "make and look at secret keys: of nodes, and of those who issue tickets",
  );
  command
    .command("new")
    .description("make a secret key, by default the identity of a node")
    .option(
      "-o, --out <file>",
      "where it goes, readable by you alone; an existing file is not touched (default: stdout)",
    )
    .addOption(
      new Option("-a, --algorithm <name>", "node, or an algorithm of JSON Web Tokens")
        .choices(KEY_ALGORITHMS)
        .default("node"),
    )
    .action(lazily<NewKeyFlags>(() => import("../actions/key.js").then(({ newKey }) => newKey)));
  command
    .command("show")
    .description("print the public part of a secret key: the id of a node, the key that verifies tickets")
    .addArgument(new Argument("<file>", "made by `mosaik key new`"))
    .action(lazily(() => import("../actions/key.js").then(({ showKey }) => showKey)));
  return command;
}
