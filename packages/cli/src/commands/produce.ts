import { Command, Option } from "commander";
import { lazily } from "../action.js";
import { duration } from "../arguments/duration.js";
import { integer } from "../arguments/integer.js";
import { STREAM_ARGUMENT, typesStream, type StreamFlags } from "../data/flags.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

export interface ProduceFlags extends NetworkFlags, StreamFlags {
  readonly subscribers: number;
  /** `false` for `--no-wait`. */
  readonly wait: boolean;
  readonly repeat: number;
  /** In ms. */
  readonly interval: number;
}

/** `mosaik produce`. */
export function produceCommand(): Command {
  const command = new Command("produce")
    .description("send values to whoever consumes a stream")
    .argument("<stream>", STREAM_ARGUMENT)
    .argument("[value]", "what is sent, as JSON; left out, or -: every line of stdin is a value")
    .addOption(
      new Option("-s, --subscribers <number>", "wait for so many consumers first").argParser(integer(1)).default(1),
    )
    .option("--no-wait", "wait for nobody: what is sent while there is no consumer is gone")
    .addOption(new Option("--repeat <number>", "send VALUE so often").argParser(integer(1)).default(1))
    .addOption(new Option("-i, --interval <time>", "between two of them").argParser(duration).default(0, "0s"));
  return joinsNetwork(typesStream(command))
    .addHelpText(
      "after",
      `
It ends when the consumers have confirmed that they have everything, and tells who has not within --timeout.

  mosaik produce telemetry '{"sensor":"attic","celsius":21.5}' --network demo
  tail -f readings.jsonl | mosaik produce 'demo::Reading{sensor:string,celsius:f64}' --network demo`,
    )
    .action(lazily<ProduceFlags>(() => import("../actions/produce.js").then(({ produceStream }) => produceStream)));
}
