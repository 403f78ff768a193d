import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildProgram } from "../../mosaik/test/build-program.js";

const MAIN = fileURLToPath(new URL("../bin/mosaik.js", import.meta.url));
/** How long a test waits for a command's word or end: more than any of them takes on a busy machine. */
const DEADLINE_MS = 45_000;

export interface CommandOptions {
  /** All that comes from stdin; nothing, if absent: stdin ends at once. `open` leaves it to `write` and `end`. */
  readonly stdin?: string | { readonly open: true };
  /** Variables beside those of this process, of which none that begins with `MOSAIK_` is passed on. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a command has left behind. */
export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** `null` where a signal ended it. */
  readonly exitCode: number | null;
}

/** Compiles the command from the present sources: `beforeAll(buildCommand)`. */
export function buildCommand(): Promise<void> {
  return buildProgram(fileURLToPath(new URL("..", import.meta.url)));
}

/** Runs the real command to its end. */
export async function run(args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  await using command = start(args, options);
  return await command.finished();
}

/** Starts the real command. */
export function start(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("MOSAIK_"));
  const env = { ...Object.fromEntries(inherited), ...options.env };
  const child = spawn(process.execPath, [MAIN, ...args], { env });
  const { stdin = "" } = options;
  child.stdin.on("error", () => undefined); // a command that ends before it has read everything
  if (typeof stdin === "string") child.stdin.end(stdin);
  return new RunningCommand(child, `mosaik ${args.join(" ")}`);
}

/** A command that runs. Disposed of, it is killed. */
export class RunningCommand implements AsyncDisposable {
  /** What it has written so far, line by line. */
  readonly lines: Lines;
  readonly errorLines: Lines;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  readonly #name: string;

  constructor(child: ChildProcessWithoutNullStreams, name: string) {
    this.#child = child;
    this.#name = name;
    this.#closed = once(child, "close");
    const said = (): string => `${name}\nstdout:\n${this.lines.text}\nstderr:\n${this.errorLines.text}`;
    this.lines = new Lines(child.stdout, said);
    this.errorLines = new Lines(child.stderr, said);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Waits for its end, which must come within the deadline. */
  async finished(): Promise<Finished> {
    await within(this.#closed, () => `the end of ${this.#name}\nstderr:\n${this.errorLines.text}`);
    return { stdout: this.lines.text, stderr: this.errorLines.text, exitCode: this.#child.exitCode };
  }

  /** Sends it a signal, as Ctrl-C sends SIGINT. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Interrupts it, and waits for its end. */
  async interrupt(): Promise<Finished> {
    this.signal("SIGINT");
    return this.finished();
  }

  write(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Ends its stdin. */
  end(): void {
    this.#child.stdin.end();
  }

  /** Reads what it writes to stdout no further until `readOn`. */
  readNothing(): void {
    this.lines.pause();
  }

  readOn(): void {
    this.lines.resume();
  }

  /** Reads no more of what it writes to stdout: as `| head` that has seen enough. */
  hangUp(): void {
    this.#child.stdout.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }
}

/** What comes out of a command, line by line. */
export class Lines {
  readonly all: string[] = [];
  readonly #said: () => string;
  readonly #waiting = new Set<() => void>();
  readonly #reader: Interface;
  #hasEnded = false;

  constructor(stream: NodeJS.ReadableStream, said: () => string) {
    this.#said = said;
    this.#reader = createInterface({ input: stream });
    this.#reader.on("line", (line) => this.#tell(() => this.all.push(line)));
    this.#reader.on("close", () => this.#tell(() => (this.#hasEnded = true)));
  }

  pause(): void {
    this.#reader.pause();
  }

  resume(): void {
    this.#reader.resume();
  }

  /** All of it, as it was written. */
  get text(): string {
    return this.all.map((line) => `${line}\n`).join("");
  }

  /** The first line that matches, now or later. */
  async find(wanted: RegExp | ((line: string) => boolean)): Promise<string> {
    const matches = typeof wanted === "function" ? wanted : (line: string) => wanted.test(line);
    await this.#until(() => this.all.some(matches), `a line with ${String(wanted)}`);
    return this.all.find(matches)!;
  }

  /** The first `count` lines, as soon as there are so many. */
  async first(count: number): Promise<string[]> {
    await this.#until(() => this.all.length >= count, `${count} lines`);
    return this.all.slice(0, count);
  }

  /** As `first`, each read as JSON. */
  async firstJson(count: number): Promise<unknown[]> {
    return (await this.first(count)).map((line) => JSON.parse(line) as unknown);
  }

  async #until(isMet: () => boolean, what: string): Promise<void> {
    const met = new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!isMet() && !this.#hasEnded) return;
        this.#waiting.delete(look);
        if (isMet()) resolve();
        else reject(new Error(`no ${what} before the end of ${this.#said()}`));
      };
      this.#waiting.add(look);
      look();
    });
    await within(met, () => `${what} of ${this.#said()}`);
  }

  #tell(change: () => void): void {
    change();
    for (const look of [...this.#waiting]) look();
  }
}

async function within<T>(promise: Promise<T>, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${DEADLINE_MS} ms for ${what()}`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
