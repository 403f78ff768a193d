import { Command } from "commander";
import { lazily } from "../action.js";
import { several } from "../arguments/several.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

export interface PeersFlags extends NetworkFlags {
  readonly watch?: boolean;
  readonly long?: boolean;
  readonly name?: readonly string[];
}

/** `mosaik peers`. */
export function peersCommand(): Command {
  const command = new Command("peers")
    .description("list the members of a network")
    .option("-w, --watch", "go on with every change: who comes, changes and leaves")
    .option("-l, --long", "with whole ids, addresses, tags, streams, functions and groups")
    .addOption(
      several("--name <text>", "a text that an id may have been made of: it is shown in the place of that id"),
    );
  return joinsNetwork(command).action(
    lazily<PeersFlags>(() => import("../actions/peers.js").then(({ listPeers }) => listPeers)),
  );
}
