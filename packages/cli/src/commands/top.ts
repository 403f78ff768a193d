import { Command, InvalidArgumentError, Option } from "commander";
import { lazily } from "../action.js";
import { duration } from "../arguments/duration.js";
import { several } from "../arguments/several.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

export interface TopFlags extends NetworkFlags {
  readonly once?: boolean;
  /** In ms. */
  readonly interval: number;
  readonly sort?: string;
  readonly reverse?: boolean;
  readonly secretFile?: string;
  readonly name?: readonly string[];
}

/** As long as a node may be asked not to tell, and as short as any node tells, in ms. */
const INTERVAL_MS = { min: 50, max: 3_600_000 };

/** `mosaik top`. */
export function topCommand(): Command {
  const command = new Command("top")
    .description("show who is in a network and what goes on there, live")
    .option("--once", "print it once, with the rates of one interval, and end")
    .addOption(new Option("-i, --interval <time>", "between two looks").argParser(interval).default(1000, "1s"))
    .option("-s, --sort <column>", "the column that the peers are sorted by, such as OUT/s")
    .option("-r, --reverse", "sort the other way round")
    .option("--secret-file <file>", "the secret of observers (or $MOSAIK_OBSERVE_SECRET)")
    .addOption(several("--name <text>", "a text that an id may have been made of: it is shown in the place of that id"))
    .addHelpText(
      "after",
      `
A node tells how it stands if it was joined with \`observe: { secret }\` or \`observe: { peers }\`. Of the others, and of
nodes of Rust, there is what their entries say: what they produce, handle and are members of.
This command carries the tag mosaik.observer, and counts nowhere as a consumer or handler. It joins no group and
subscribes to no stream. With --json it prints a line for each interval.`,
    );
  return joinsNetwork(command).action(
    lazily<TopFlags>(() => import("../actions/top.js").then(({ showTop }) => showTop)),
  );
}

function interval(text: string): number {
  const ms = duration(text);
  if (ms >= INTERVAL_MS.min && ms <= INTERVAL_MS.max) return ms;
  throw new InvalidArgumentError("From 50ms to 1h.");
}
