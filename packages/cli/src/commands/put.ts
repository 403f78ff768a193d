import { Command, Option } from "commander";
import { lazily } from "../action.js";
import { integer } from "../arguments/integer.js";
import { COLLECTION_ARGUMENT, declaresCollection, type CollectionFlags } from "../data/collection-flags.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

export interface PutFlags extends NetworkFlags, CollectionFlags {
  readonly at?: number;
  readonly delete?: boolean;
  readonly clear?: boolean;
}

/** `mosaik put`. */
export function putCommand(): Command {
  const command = new Command("put")
    .description("write into a collection, and wait until that is committed")
    .argument("<collection>", COLLECTION_ARGUMENT)
    .argument("[values...]", "what is written, as the kind wants it, see below; the last one may be - for stdin")
    .addOption(new Option("--at <index>", "insert the element there (default: behind the last)").argParser(integer(0)))
    .option("--delete", "take an entry away instead; what a vec gives away is printed")
    .option("--clear", "take everything away");
  return joinsNetwork(declaresCollection(command))
    .addHelpText(
      "after",
      `
It joins the group of the collection as a writer: as long as it runs it votes, and may be elected leader.

  Kind   put                 put --delete
  map    KEY VALUE           KEY
  set    ELEMENT             ELEMENT
  vec    ELEMENT             INDEX, first or last
  cell   VALUE               (nothing)
  once   VALUE; only the first counts
  queue  PRIORITY KEY VALUE  KEY

  mosaik put scores alice 42 --value u64 --network demo
  mosaik put jobs --kind vec --delete first --network demo`,
    )
    .action(lazily<PutFlags>(() => import("../actions/put.js").then(({ putEntry }) => putEntry)));
}
