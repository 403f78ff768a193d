import { Command, Option } from "commander";
import { lazily } from "../action.js";
import { duration } from "../arguments/duration.js";
import { several } from "../arguments/several.js";
import { joinsNetwork, type NetworkFlags } from "../session/flags.js";

export interface CallFlags extends NetworkFlags {
  readonly request: string;
  readonly response: string;
  readonly error: string;
  readonly rustName?: string;
  readonly requireCallerTicket?: readonly string[];
  readonly requireHandlerTicket?: readonly string[];
  /** In ms. */
  readonly deadline: number;
  readonly peer?: string;
  readonly idempotent?: boolean;
}

/** `mosaik call`. */
export function callCommand(): Command {
  const command = new Command("call")
    .description("call a function, and print what it answers")
    .argument("<function>", "its name or id; . for the id that follows from the types")
    .argument("[value]", "what is asked, as JSON; - for stdin; left out where the request is ()")
    .addOption(new Option("--request <type>", "the notation, or MODULE#EXPORT").default("json"))
    .addOption(new Option("--response <type>", "the notation, or MODULE#EXPORT").default("json"))
    .addOption(new Option("--error <type>", "of the function's own errors").default("()"))
    .addOption(new Option("--rust-name <name>", "with `.`: the Rust type that implements the function"))
    .addOption(
      several("--require-caller-ticket <validator>", "of the tickets that its handlers ask for: MODULE#EXPORT"),
    )
    .addOption(several("--require-handler-ticket <validator>", "of the tickets that handlers must have: MODULE#EXPORT"))
    .addOption(
      new Option("-d, --deadline <time>", "how long the call may take").argParser(duration).default(10_000, "10s"),
    )
    .addOption(new Option("-p, --peer <peer>", "call this peer: ID, ID@IP:PORT, or the beginning of an id"))
    .option("--idempotent", "the function may run twice: another peer is asked also where the first may have run it");
  return joinsNetwork(command)
    .addHelpText(
      "after",
      `
  mosaik call greet '"bob"' --network demo
  mosaik call add '[1,2]' --request '(i32,i32)' --response i32 --network demo --deadline 500ms`,
    )
    .action(lazily<CallFlags>(() => import("../actions/call.js").then(({ callFunction }) => callFunction)));
}
