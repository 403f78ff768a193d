import { Command } from "commander";
import { lazily } from "../action.js";
import { several } from "../arguments/several.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

export interface BeaconFlags extends NetworkFlags {
  readonly peers?: readonly string[];
  readonly tags?: readonly string[];
}

/** `mosaik beacon`: the names of the original's options are understood too. */
export function beaconCommand(): Command {
  const command = new Command("beacon")
    .description("run a bootstrap node until it is interrupted: a member that others can begin with")
    .addOption(several("--peers <address>", "the same as --bootstrap").hideHelp())
    .addOption(several("--tags <tag>", "the same as --tag").hideHelp());
  joinsNetwork(command).addHelpText(
    "after",
    `
It carries the tag beacon-node, unless --tag says otherwise. Its identity is random unless --secret-key-file or
$MOSAIK_SECRET_KEY says otherwise: give it one, and a port, so that its address stays.

  mosaik key new --out beacon.key
  mosaik beacon --network my-network --secret-key-file beacon.key --bind 0.0.0.0:4433`,
  );
  return command.action(lazily<BeaconFlags>(() => import("../actions/beacon.js").then(({ runBeacon }) => runBeacon)));
}
