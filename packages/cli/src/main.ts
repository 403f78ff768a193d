#!/usr/bin/env node
import { CommanderError } from "commander";
import { completeCommand } from "./commands/completion.js";
import { EXIT } from "./exit.js";
import { createProgram } from "./program.js";

// Whoever reads our output may have seen enough: `mosaik tail … | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  await createProgram().addCommand(completeCommand(), { hidden: true }).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has said what is wrong.
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
