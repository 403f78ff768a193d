import { Command } from "commander";
import { lazily } from "../action.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

/** `mosaik dht`. */
export function dhtCommand(): Command {
  const command = new Command("dht").description(
    "look into a network's 16 slots in the Mainline DHT, and ping the peers that are named there",
  );
  return joinsNetwork(command, { timeout: "10s" }).action(
    lazily<NetworkFlags>(() => import("../actions/dht.js").then(({ listSlots }) => listSlots)),
  );
}
