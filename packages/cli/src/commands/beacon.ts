import { Command, Option } from "commander";
import { lazily } from "../action.js";
import { listenAddress, type ListenAddress } from "../arguments/listen.js";
import { several } from "../arguments/several.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

export interface BeaconFlags extends NetworkFlags {
  readonly peers?: readonly string[];
  readonly tags?: readonly string[];
  readonly prometheus?: ListenAddress;
  readonly observeSecretFile?: string;
  readonly observePeer?: readonly string[];
}

/** `mosaik beacon`: the names of the original's options are understood too. */
export function beaconCommand(): Command {
  const command = new Command("beacon")
    .description("run a bootstrap node until it is interrupted: a member that others can begin with")
    .addOption(
      new Option(
        "--prometheus <[host:]port>",
        "serve metrics over HTTP, at 127.0.0.1 unless a host is named",
      ).argParser(listenAddress),
    )
    .option(
      "--observe-secret-file <file>",
      "tell whoever knows this secret how this node stands (or $MOSAIK_OBSERVE_SECRET)",
    )
    .addOption(several("--observe-peer <id>", "peers that are told without a secret"))
    .addOption(several("--peers <address>", "the same as --bootstrap").hideHelp())
    .addOption(several("--tags <tag>", "the same as --tag").hideHelp());
  joinsNetwork(command).addHelpText(
    "after",
    `
It carries the tag beacon-node, unless --tag says otherwise. Its identity is random unless --secret-key-file or
$MOSAIK_SECRET_KEY says otherwise: give it one, and a port, so that its address stays.
Whoever reaches the endpoint of --prometheus can read the metrics. \`mosaik top\` shows what observers are told.

  mosaik key new --out beacon.key
  mosaik beacon --network my-network --secret-key-file beacon.key --bind 0.0.0.0:4433`,
  );
  return command.action(lazily<BeaconFlags>(() => import("../actions/beacon.js").then(({ runBeacon }) => runBeacon)));
}
