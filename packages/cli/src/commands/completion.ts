import { Argument, Command } from "commander";
import { lazily } from "../action.js";

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** `mosaik completion`: of what is made here. */
export function completionCommand(createProgram: () => Command): Command {
  return new Command("completion")
    .description("print a script with which a shell completes this command")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText(
      "after",
      `
  mosaik completion bash > ~/.local/share/bash-completion/completions/mosaik
  mosaik completion zsh  > "\${fpath[1]}/_mosaik"
  mosaik completion fish > ~/.config/fish/completions/mosaik.fish`,
    )
    .action(
      lazily(() =>
        import("../actions/completion.js").then(({ printCompletionOf }) => printCompletionOf(createProgram())),
      ),
    );
}

/** What the scripts call: `mosaik complete -- WORDS`. */
export function completeCommand(createProgram: () => Command): Command {
  return new Command("complete")
    .argument("[words...]")
    .action(
      lazily(() =>
        import("../actions/completion.js").then(({ printCandidatesOf }) => printCandidatesOf(createProgram())),
      ),
    );
}
