import { CommanderError } from "commander";
import { completeCommand } from "./commands/completion.js";
import { EXIT } from "./exit.js";
import { createProgram } from "./program.js";

// A command that runs ends in order when nobody reads its output (action.ts); what is written behind that goes nowhere.
process.stdout.on("error", () => undefined);

try {
  await createProgram().addCommand(completeCommand(createProgram), { hidden: true }).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has said what is wrong.
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
