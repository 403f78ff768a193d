import { constants } from "node:os";
import type { Command } from "commander";
import { CliError, EXIT, exitCodeOf } from "./exit.js";
import { Output } from "./output.js";

/** What every command takes. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** One run of one command. */
export interface Invocation<Options extends object = object> {
  /** The arguments in the order of the declaration; one that was not given is `undefined`, a variadic one a list. */
  readonly args: readonly unknown[];
  readonly options: Options & GlobalOptions;
  readonly output: Output;
  /** Aborted by the first SIGINT or SIGTERM: what is open is closed in order then. The second ends the process. */
  readonly signal: AbortSignal;
}

/** What a command does. It returns when it is done, or when its signal is aborted. */
export type Action<Options extends object> = (invocation: Invocation<Options>) => Promise<void>;

/**
 * Makes an action of a function that is loaded when the command runs, so that the others cost nothing. What it throws becomes a message and an exit
 * code.
 */
export function lazily<Options extends object>(
  load: () => Promise<Action<Options>>,
): (this: Command, ...args: unknown[]) => Promise<void> {
  return async function (this: Command) {
    const options = this.optsWithGlobals<Options & GlobalOptions>();
    const output = new Output(options);
    const interruption = new Interruption();
    try {
      const action = await load();
      await action({ args: this.processedArgs as unknown[], options, output, signal: interruption.signal });
      process.exitCode = interruption.exitCode ?? EXIT.ok;
    } catch (error) {
      process.exitCode = interruption.exitCode ?? exitCodeOf(error);
      if (interruption.exitCode === undefined) explain(output, error);
    } finally {
      interruption.end();
    }
  };
}

function explain(output: Output, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  output.fail(message, error instanceof CliError ? error.advice : undefined);
  if (process.env["MOSAIK_DEBUG"] && error instanceof Error) output.note(String(error.stack));
}

/** The signals that end a command. */
class Interruption {
  readonly #controller = new AbortController();
  #exitCode: number | undefined;
  readonly #onSignal = (name: NodeJS.Signals) => {
    const exitCode = 128 + constants.signals[name];
    if (this.#exitCode !== undefined) process.exit(exitCode);
    this.#exitCode = exitCode;
    this.#controller.abort(new CliError(exitCode, "interrupted"));
  };

  constructor() {
    process.on("SIGINT", this.#onSignal).on("SIGTERM", this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What the command exits with, once it was interrupted. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  end(): void {
    process.off("SIGINT", this.#onSignal).off("SIGTERM", this.#onSignal);
  }
}
