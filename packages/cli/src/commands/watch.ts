import { Command, Option } from "commander";
import { lazily } from "../action.js";
import { integer } from "../arguments/integer.js";
import { COLLECTION_ARGUMENT, declaresCollection, type CollectionFlags } from "../data/collection-flags.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

export interface WatchFlags extends NetworkFlags, CollectionFlags {
  readonly count?: number;
}

/** `mosaik watch`. */
export function watchCommand(): Command {
  const command = new Command("watch")
    .description("print the changes of a collection, as they come")
    .argument("<collection>", COLLECTION_ARGUMENT)
    .argument("[key]", "of one entry only: a map's or queue's key, a set's element")
    .addOption(new Option("-c, --count <number>", "end after so many").argParser(integer(1)));
  return joinsNetwork(declaresCollection(command))
    .addHelpText(
      "after",
      `
It joins the group of the collection as a reader while it runs: it gets all of the collection, and neither votes nor
leads. A change \`reset\` says that what led to this version is not known: look at the whole with \`mosaik get\`.

  mosaik watch scores --value u64 --network demo --json`,
    )
    .action(lazily<WatchFlags>(() => import("../actions/watch.js").then(({ watchCollection }) => watchCollection)));
}
