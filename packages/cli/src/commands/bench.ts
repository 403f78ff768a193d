import { Command, Option } from "commander";
import { lazily } from "../action.js";
import { duration } from "../arguments/duration.js";
import { integer } from "../arguments/integer.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

/** What is measured, and what each of its items is. */
export const BENCHES = {
  stream: "datums of a stream, sent as fast as they are taken",
  call: "calls of a function that answers with what it is given",
  group: "commands of a group of two members, until they are committed",
  map: "writes into a shared map, until they are committed",
} as const;
export type BenchName = keyof typeof BENCHES;

export interface BenchFlags extends NetworkFlags {
  readonly size: number;
  readonly count: number;
  /** In ms. */
  readonly duration: number;
  readonly concurrency: number;
  readonly local?: boolean;
  readonly peer?: string;
}

/** `mosaik bench`. */
export function benchCommand(): Command {
  const command = new Command("bench")
    .description("measure throughput and latency between this node and one that runs `mosaik bench serve`")
    .addHelpText(
      "after",
      `
  mosaik bench serve --network bench --bind 0.0.0.0:4433              # there
  mosaik bench stream --network bench --bootstrap ID@HOST:4433        # here
  mosaik bench call --local --size 1024 --json                        # two processes of this machine`,
    );
  const serve = command.command("serve").description("be the other side, until it is interrupted");
  joinsNetwork(serve).action(
    lazily<NetworkFlags>(() => import("../actions/bench-serve.js").then(({ serveBench }) => serveBench)),
  );
  for (const [name, description] of Object.entries(BENCHES)) {
    const bench = command
      .command(name)
      .description(description)
      .addOption(new Option("-s, --size <bytes>", "of each").argParser(integer(16, 1_000_000)).default(64))
      .addOption(new Option("-d, --duration <time>", "how long").argParser(duration).default(5000, "5s"))
      .addOption(
        new Option("-c, --count <number>", "no more than so many").argParser(integer(1)).default(Infinity, "any"),
      )
      .option("-l, --local", "start the other side here, in a process of its own, over loopback")
      .option("-p, --peer <id>", "the other side's id, or its beginning, where there are several");
    if (name !== "stream") {
      bench.addOption(
        new Option("--concurrency <number>", "under way at once").argParser(integer(1, 65_536)).default(64),
      );
    }
    joinsNetwork(bench).action(
      lazily<BenchFlags>(() => import("../actions/bench.js").then(({ runBench }) => runBench(name as BenchName))),
    );
  }
  return command;
}
