import { Command, Option } from "commander";
import { lazily } from "../action.js";
import { duration } from "../arguments/duration.js";
import { integer } from "../arguments/integer.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

export interface PingFlags extends NetworkFlags {
  readonly count: number;
  /** In ms. */
  readonly interval: number;
}

/** `mosaik ping`. */
export function pingCommand(): Command {
  const command = new Command("ping")
    .description("ask a peer for its entry, and tell how far away it is and by which way")
    .argument("<peer>", "ID, ID@IP:PORT, or the beginning of a known peer's id")
    .addOption(new Option("-c, --count <number>", "how often").argParser(integer(1)).default(4))
    .addOption(new Option("-i, --interval <time>", "between two pings").argParser(duration).default(1000, "1s"));
  return joinsNetwork(command).action(
    lazily<PingFlags>(() => import("../actions/ping.js").then(({ pingPeer }) => pingPeer)),
  );
}
