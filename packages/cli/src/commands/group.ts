import { Command, Option } from "commander";
import { lazily } from "../action.js";
import { duration } from "../arguments/duration.js";
import { integer } from "../arguments/integer.js";
import { several } from "../arguments/several.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

/** What a group's id is made of, beside its secret. */
export interface GroupIdentityFlags {
  readonly secretFile?: string;
  readonly machine?: string;
  readonly typeName?: string;
  readonly batchSize?: number;
  /** In ms, as all times. */
  readonly fetchTimeout?: number;
  readonly heartbeat?: number;
  readonly heartbeatJitter?: number;
  readonly maxMissedHeartbeats?: number;
  readonly requireTicket?: readonly string[];
}

export interface GroupFlags extends NetworkFlags, GroupIdentityFlags {
  readonly list?: boolean;
  readonly watch?: boolean;
  readonly count?: number;
}

const GROUP = "Group options (all of its members have the same):";

/** `mosaik group`. */
export function groupCommand(): Command {
  const command = new Command("group")
    .description("look at a group from within: who leads, who is in it, how far it is")
    .argument("[id]", "the group's id, or its beginning, to make sure that it is the one that is meant")
    .option("-l, --list", "list the groups that peers advertise, with their members; joins none")
    .option("-w, --watch", "go on with what happens in it")
    .addOption(new Option("-c, --count <number>", "with --watch: end after so many").argParser(integer(1)));
  const options = [
    new Option("--secret-file <file>", "the secret that its members share (or $MOSAIK_GROUP_SECRET)"),
    new Option("--machine <signature>", "of its machine: text or 64 digits (default: one that does nothing)"),
    new Option("--type-name <name>", "what Rust's type_name prints for the machine"),
    new Option("--batch-size <number>", "of its log replay").argParser(integer(1)),
    new Option("--fetch-timeout <time>", "of its log replay").argParser(duration),
    new Option("--heartbeat <time>", "how often its leader shows that it lives").argParser(duration),
    new Option("--heartbeat-jitter <time>", "how much sooner, at random").argParser(duration),
    new Option("--max-missed-heartbeats <number>", "until a member counts as lost").argParser(integer(1)),
    several("--require-ticket <validator>", "of the tickets of its members, in their order: MODULE#EXPORT"),
  ];
  for (const option of options) command.addOption(option.helpGroup(GROUP));
  return joinsNetwork(command)
    .addHelpText(
      "after",
      `
It joins the group as an observer while it runs: it gets the log, and neither votes nor leads. For that it needs all
that the group's id is made of. Groups whose machines have a state sync of their own cannot be joined; for collections
there are \`mosaik get\` and \`mosaik watch\`.

  mosaik group --list --network demo
  mosaik group --secret-file group.secret --machine demo.counter --type-name demo::Counter --network demo`,
    )
    .action(lazily<GroupFlags>(() => import("../actions/group.js").then(({ showGroup }) => showGroup)));
}
