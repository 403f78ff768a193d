import tab from "@bomb.sh/tab/commander";
import type { Invocation } from "../action.js";
import { createProgram } from "../program.js";

/** Prints the script for a shell. */
export function printCompletion({ args }: Invocation): Promise<void> {
  completions().setup("mosaik", "mosaik", args[0] as string);
  return Promise.resolve();
}

/** Prints what may stand at the end of a command line. */
export function printCandidates({ args }: Invocation): Promise<void> {
  completions().parse(args[0] as string[]);
  return Promise.resolve();
}

function completions() {
  return tab(createProgram(), { completionCommandName: "completion-script" });
}
