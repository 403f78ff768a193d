import { Command } from "commander";
import { lazily } from "../action.js";
import { COLLECTION_ARGUMENT, declaresCollection, type CollectionFlags } from "../data/collection-flags.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

export type GetFlags = NetworkFlags & CollectionFlags;

/** `mosaik get`. */
export function getCommand(): Command {
  const command = new Command("get")
    .description("print what a collection holds: all of it, or one entry")
    .argument("<collection>", COLLECTION_ARGUMENT)
    .argument("[key]", "a map's key, a set's element, a vec's index, first or last, a queue's key, min or max");
  return joinsNetwork(declaresCollection(command))
    .addHelpText(
      "after",
      `
It joins the group of the collection as a reader while it runs: it gets all of the collection, and neither votes nor
leads. Where there is no such entry it exits with 3.

  mosaik get scores --value u64 --network demo
  mosaik get scores alice --value u64 --network demo`,
    )
    .action(lazily<GetFlags>(() => import("../actions/get.js").then(({ getEntries }) => getEntries)));
}
