import { Command } from "commander";
import { lazily } from "../action.js";

/** `mosaik id`. */
export function idCommand(): Command {
  return new Command("id")
    .description("print the id that a text stands for: of a network, stream, function, tag or store")
    .argument("<text...>", "any text; 64 hexadecimal digits are an id already")
    .action(lazily(() => import("../actions/id.js").then(({ printIds }) => printIds)));
}
