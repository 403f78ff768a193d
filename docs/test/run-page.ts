import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { roleOf, type Block, type Page } from "./blocks.js";
import { fillIn, matchOutput, type Placeholders } from "./expected-output.js";

/** How long a command may take to print what the page says, or to end. */
const STEP_MS = 40_000;
/** How long a command that goes on may take to end when it is interrupted. */
const STOP_MS = 10_000;

/**
 * Runs the commands of a page in their order, in the folder where its files are. One that is followed by output has printed that before the
 * next begins, and may go on until the end of the page, or until another begins that has its name: it is interrupted then. The others
 * have ended, well.
 *
 * @throws Error with the line of the page, and what was printed instead
 */
export async function runPage(page: Page, folder: string): Promise<void> {
  const placeholders: Placeholders = new Map();
  const commands: Command[] = [];
  try {
    for (const [i, block] of page.blocks.entries()) {
      const role = roleOf(block);
      if (role === "command") {
        if (block.name !== undefined) await commands.findLast((one) => one.block.name === block.name)?.stop();
        const command = new Command(block, folder, placeholders);
        commands.push(command);
        if (!page.blocks.slice(i + 1).some((next) => belongsTo(next, block, page.blocks))) await command.end();
      } else if (role === "output") {
        const command = commands.findLast((one) => block.name === undefined || one.block.name === block.name);
        if (command === undefined) throw new Error(`line ${block.line}: output without a command before it`);
        await command.prints(block, placeholders);
      }
    }
  } finally {
    await Promise.all(commands.map((command) => command.stop()));
  }
}

/** Whether an output is that of a command: the last one before it, or the one that has its name. */
function belongsTo(output: Block, command: Block, blocks: readonly Block[]): boolean {
  if (roleOf(output) !== "output" || output.line < command.line) return false;
  const before = blocks.filter((block) => roleOf(block) === "command" && block.line < output.line);
  return before.findLast((block) => output.name === undefined || block.name === output.name) === command;
}

class Command {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #stdout = "";
  #stderr = "";
  #next = 0;
  #isClosed = false;
  #wake = (): void => {};

  constructor(
    readonly block: Block,
    folder: string,
    placeholders: Placeholders,
  ) {
    this.#child = spawn("bash", ["-e", "-c", fillIn(block.text, placeholders)], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: "", PATH: `${join(folder, "node_modules/.bin")}:${process.env.PATH}` },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    this.#closed = once(this.#child, "close").then(() => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  /** Waits until the lines of an output have come, right behind those that came before. */
  async prints(output: Block, placeholders: Placeholders): Promise<void> {
    const expected = output.text.split("\n");
    const end = await this.#until(() => matchOutput(expected, this.#lines(), this.#next, placeholders));
    if (end === undefined) throw this.#failed(output, "does not print what the page says");
    this.#next = end;
  }

  /** Waits until it has ended, without an error. */
  async end(): Promise<void> {
    const hasEnded = await this.#until(() => (this.#isClosed ? true : undefined));
    if (hasEnded === undefined) throw this.#failed(this.block, "does not end");
    if (this.#child.exitCode !== 0) throw this.#failed(this.block, `ends with ${this.#child.exitCode}`);
  }

  /** Interrupts it, as Ctrl-C does, and kills what does not end by that. */
  async stop(): Promise<void> {
    if (!this.#isClosed) this.#signal("SIGINT");
    const timer = setTimeout(() => this.#signal("SIGKILL"), STOP_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  /** The lines that are complete. */
  #lines(): string[] {
    const lines = this.#stdout.split("\n");
    return lines.slice(0, -1);
  }

  /** @returns nothing where it does not come in time, or cannot come any more */
  async #until<T>(test: () => T | undefined): Promise<T | undefined> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, STEP_MS);
    try {
      for (;;) {
        const value = test();
        if (value !== undefined || isLate || this.#isClosed) return value;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #signal(name: NodeJS.Signals): void {
    try {
      process.kill(-this.#child.pid!, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  #failed({ line }: Block, what: string): Error {
    const printed = this.#lines().slice(this.#next).join("\n");
    return new Error(
      `line ${line}: ${this.block.text}\n${what}. It printed:\n${printed}\n--- stderr:\n${this.#stderr.slice(-3000)}`,
    );
  }
}
