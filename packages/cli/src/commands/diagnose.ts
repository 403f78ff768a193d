import { Command } from "commander";
import { lazily } from "../action.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

/** `mosaik diagnose`. */
export function diagnoseCommand(): Command {
  const command = new Command("diagnose")
    .description("find out why a peer is not seen, or that nothing is wrong with it")
    .argument("<peer>", "ID, ID@IP:PORT, or the beginning of a known peer's id");
  return joinsNetwork(command, { timeout: "5s" }).action(
    lazily<NetworkFlags>(() => import("../actions/diagnose.js").then(({ diagnosePeer }) => diagnosePeer)),
  );
}
