import { Command, Option } from "commander";
import { beaconCommand } from "./commands/beacon.js";
import { benchCommand } from "./commands/bench.js";
import { callCommand } from "./commands/call.js";
import { completionCommand } from "./commands/completion.js";
import { dhtCommand } from "./commands/dht.js";
import { diagnoseCommand } from "./commands/diagnose.js";
import { getCommand } from "./commands/get.js";
import { groupCommand } from "./commands/group.js";
import { idCommand } from "./commands/id.js";
import { keyCommand } from "./commands/key.js";
import { peersCommand } from "./commands/peers.js";
import { pingCommand } from "./commands/ping.js";
import { produceCommand } from "./commands/produce.js";
import { putCommand } from "./commands/put.js";
import { tdxCommand } from "./commands/tdx.js";
import { tailCommand } from "./commands/tail.js";
import { ticketCommand } from "./commands/ticket.js";
import { topCommand } from "./commands/top.js";
import { watchCommand } from "./commands/watch.js";
import { typesCommand } from "./commands/types.js";
import { EXIT_MEANINGS } from "./exit.js";
import { VERSION } from "./version.js";

/** The commands by what they are for, in the order of the help. */
const SECTIONS: readonly (readonly [heading: string, commands: readonly (() => Command)[]])[] = [
  ["Look into a network:", [peersCommand, topCommand, pingCommand, diagnoseCommand, dhtCommand]],
  [
    "Take part:",
    [tailCommand, produceCommand, callCommand, getCommand, putCommand, watchCommand, groupCommand, benchCommand],
  ],
  ["Run a node:", [beaconCommand]],
  ["Identities and tickets:", [idCommand, keyCommand, ticketCommand]],
  ["Trusted execution:", [tdxCommand]],
  ["Types of messages:", [typesCommand]],
  ["This command:", [() => completionCommand(createProgram)]],
];

/** The whole command. What a subcommand does is loaded when it runs. */
export function createProgram(): Command {
  const program = new Command("mosaik")
    .description("Look into a network of mosaik nodes, and take part in it.")
    .version(VERSION, "-V, --version", "print the version")
    .helpCommand("help [command]", "explain a command")
    .showHelpAfterError("(mosaik help COMMAND explains it)")
    .exitOverride()
    .configureHelp({ sortOptions: false, showGlobalOptions: true });
  program.addOption(new Option("--json", "print results as JSON, one a line"));
  program.addOption(new Option("-q, --quiet", "say nothing but results and errors"));
  for (const [heading, commands] of SECTIONS) {
    program.commandsGroup(heading);
    for (const create of commands) program.addCommand(inheriting(create(), program));
  }
  const codes = EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padEnd(5)}${meaning}`);
  return program.addHelpText("after", `\nExit codes:\n${codes.join("\n")}`);
}

/** What commander gives only to commands that it makes itself. */
function inheriting(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheriting(child, command);
  return command;
}
