import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** How long a line of output may take to come, in ms. */
const LINE_MS = 20_000;

/** A folder of `examples/`, and the commands that its README names. */
export class Example {
  /** Those that start a process, in their order. */
  readonly commands: readonly string[];
  /** Those that set variables before. */
  readonly preparations: readonly string[];
  readonly #folder: string;
  readonly #started: ExampleProcess[] = [];

  constructor(name: string) {
    this.#folder = fileURLToPath(new URL(`../${name}/`, import.meta.url));
    const readme = readFileSync(`${this.#folder}README.md`, "utf8");
    const lines = [...readme.matchAll(/```sh\n([^]*?)```/g)].flatMap(([, code]) => code!.trim().split("\n"));
    this.commands = lines.filter((line) => line.startsWith("node "));
    this.preparations = lines.filter((line) => line.startsWith("export "));
  }

  /** What a variable of the environment is after the preparations. */
  prepared(variable: string): string {
    const script = [...this.preparations, `printf %s "$${variable}"`].join("\n");
    return execFileSync("sh", ["-c", script], { encoding: "utf8" });
  }

  start(command: string, env: Record<string, string> = {}): ExampleProcess {
    const child = spawn("sh", ["-c", `exec ${command}`], { cwd: this.#folder, env: { ...process.env, ...env } });
    const started = new ExampleProcess(command, child);
    this.#started.push(started);
    return started;
  }

  /** Ends what still runs. */
  async killAll(): Promise<void> {
    await Promise.all(this.#started.map((started) => started.kill("SIGKILL")));
  }
}

/** A process of an example, and what it prints. */
export class ExampleProcess {
  readonly lines: string[] = [];
  stderr = "";
  readonly #command: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #watchers = new Set<() => void>();
  #hasEnded = false;

  constructor(command: string, child: ChildProcess) {
    this.#command = command;
    this.#child = child;
    let rest = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.lines.push(...lines);
      this.#changed();
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    child.stdin!.on("error", () => {}); // of one that was killed
    this.#ended = once(child, "close").then(([code]) => {
      this.#hasEnded = true;
      this.#changed();
      return code as number | null;
    });
  }

  /** Waits for lines that match, as many as are wanted, and returns the last of them. */
  line(pattern: RegExp, count = 1): Promise<string> {
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        end();
      };
      const fail = (why: string): void =>
        finish(() =>
          reject(new Error(`${this.#command}: no ${String(pattern)} ${why}\n${this.lines.join("\n")}\n${this.stderr}`)),
        );
      const look = (): void => {
        const found = this.lines.filter((line) => pattern.test(line))[count - 1];
        if (found !== undefined) finish(() => resolve(found));
        else if (this.#hasEnded) fail("when it ended");
      };
      const timer = setTimeout(() => fail(`in ${LINE_MS} ms`), LINE_MS);
      this.#watchers.add(look);
      look();
    });
  }

  /** Where it can be reached, as it says. */
  async address(): Promise<string> {
    return (await this.line(/^joined: --peer /)).slice("joined: --peer ".length);
  }

  type(...lines: string[]): void {
    this.#child.stdin!.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** Ends its input, and waits until it has ended. @returns its exit code */
  endInput(): Promise<number | null> {
    this.#child.stdin!.end();
    return this.#ended;
  }

  /** Has it stand still, for `resume`. */
  pause(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  /** Sends a signal, and waits until it has ended. @returns its exit code */
  kill(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.#ended;
  }

  #changed(): void {
    for (const look of [...this.#watchers]) look();
  }
}
