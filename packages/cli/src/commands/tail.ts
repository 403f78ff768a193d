import { Command, Option } from "commander";
import { lazily } from "../action.js";
import { integer } from "../arguments/integer.js";
import { several } from "../arguments/several.js";
import { STREAM_ARGUMENT, typesStream, type StreamFlags } from "../data/flags.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

export interface TailFlags extends NetworkFlags, StreamFlags {
  readonly count?: number;
  readonly from?: readonly string[];
  readonly resume?: boolean;
  readonly holdBack?: boolean;
  readonly events?: boolean;
}

/** `mosaik tail`. */
export function tailCommand(): Command {
  const command = new Command("tail")
    .description("print what a stream's producers send, as it comes")
    .argument("<stream>", STREAM_ARGUMENT)
    .addOption(new Option("-c, --count <number>", "end after so many").argParser(integer(1)))
    .addOption(several("--from <peer>", "of these producers only: their ids, or how these begin"))
    .option("--resume", "go on behind the last one when a subscription broke, where the producer keeps what it sent")
    .option("--hold-back", "slow the producers down to the pace of whoever reads this; else the oldest are left out")
    .option("--events", "print who comes and goes, and what is missing, among the results");
  return joinsNetwork(typesStream(command))
    .addHelpText(
      "after",
      `
It takes a consumer's place at every producer of the stream, as long as it runs.

  mosaik tail telemetry --network demo
  mosaik tail 'demo::Reading{sensor:string,celsius:f64}' --network demo --json | head -1`,
    )
    .action(lazily<TailFlags>(() => import("../actions/tail.js").then(({ tailStream }) => tailStream)));
}
