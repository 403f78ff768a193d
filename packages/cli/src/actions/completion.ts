import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import type { Action } from "../action.js";

/** Prints the script by which a shell completes a program. */
export function printCompletionOf(program: Command): Action<object> {
  return ({ args }) => {
    completionsOf(program).setup("mosaik", "mosaik", args[0] as string);
    return Promise.resolve();
  };
}

/** Prints what may stand at the end of a command line of a program. */
export function printCandidatesOf(program: Command): Action<object> {
  return ({ args }) => {
    completionsOf(program).parse(args[0] as string[]);
    return Promise.resolve();
  };
}

function completionsOf(program: Command) {
  return tab(program, { completionCommandName: "completion-script" });
}
