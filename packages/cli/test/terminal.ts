import { execFile, spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const MAIN = fileURLToPath(new URL("../bin/mosaik.js", import.meta.url));
const DEADLINE_MS = 45_000;

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** The real command in a terminal of its own, that of `script` (util-linux). Disposed of, it is hung up. */
export class Terminal implements AsyncDisposable {
  readonly #script: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  readonly #looks = new Set<() => void>();
  #written = "";

  private constructor(script: ChildProcessWithoutNullStreams) {
    this.#script = script;
    this.#closed = once(script, "close");
    script.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#written += text;
      for (const look of this.#looks) look();
    });
    script.stderr.setEncoding("utf8").on("data", (text: string) => (this.#written += text));
    void this.#closed.then(() => this.#looks.forEach((look) => look()));
  }

  /** Starts the real command. @param env beside the variables of this process */
  static start(args: readonly string[], size: TerminalSize, env: Readonly<Record<string, string>> = {}): Terminal {
    return Terminal.startNode([MAIN, ...args], size, env);
  }

  /** Starts Node with these arguments. */
  static startNode(args: readonly string[], size: TerminalSize, env: Readonly<Record<string, string>> = {}): Terminal {
    const command = [process.execPath, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    // The terminal's name and the command's process id are told first: tests resize the one and signal the other.
    const line = `stty rows ${size.rows} cols ${size.columns}; echo "tty=$(tty) pid=$$"; exec ${command}`;
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("MOSAIK_"));
    const script = spawn("script", ["-qefc", line, "/dev/null"], {
      env: { ...Object.fromEntries(inherited), TERM: "xterm", SHELL: "/bin/sh", ...env },
    });
    return new Terminal(script);
  }

  /** Everything that was written to the terminal. */
  get written(): string {
    return this.#written;
  }

  /** What the screen shows, line by line: the last picture that was drawn to its end. */
  get screen(): string[] {
    const whole = this.#written.slice(0, this.#written.lastIndexOf("\u001b[J") + 1);
    const picture = whole.slice(whole.lastIndexOf("\u001b[H") + 3, -1);

    return picture.split("\r\n").map((text) => text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").trimEnd());
  }

  type(keys: string): void {
    this.#script.stdin.write(keys);
  }

  async resize(rows: number, columns: number): Promise<void> {
    const { tty } = await this.#names();
    await promisify(execFile)("stty", ["-F", tty, "rows", String(rows), "cols", String(columns)]);
  }

  /** Sends the command a signal. */
  async signal(name: NodeJS.Signals): Promise<void> {
    process.kill((await this.#names()).pid, name);
  }

  /** Waits until the screen, or what was written, is as wanted. */
  async until(isWanted: (terminal: this) => boolean, what: string): Promise<void> {
    await this.#within(
      new Promise<void>((resolve, reject) => {
        const look = (): void => {
          const isMet = isWanted(this);
          if (!isMet && this.#script.exitCode === null) return;
          this.#looks.delete(look);
          if (isMet) resolve();
          else reject(new Error(`the command ended before ${what}:\n${this.#written}`));
        };
        this.#looks.add(look);
        look();
      }),
      what,
    );
  }

  /** @returns the command's exit code */
  async ended(): Promise<number | null> {
    await this.#within(this.#closed, "the end");
    return this.#script.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#script.kill("SIGKILL");
    await this.#closed;
  }

  async #names(): Promise<{ tty: string; pid: number }> {
    const told = /tty=(\S+) pid=(\d+)/;
    await this.until(() => told.test(this.#written), "the terminal's name");
    const [, tty, pid] = told.exec(this.#written)!;
    return { tty: tty!, pid: Number(pid) };
  }

  #within<T>(promise: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`waited too long for ${what}:\n${this.screen.join("\n")}`)),
        DEADLINE_MS,
      );
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }
}
