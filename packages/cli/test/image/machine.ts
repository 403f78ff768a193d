import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** How long a guest may take to start, run its program and end, in ms: some seconds without KVM, many on a busy machine. */
const DEADLINE_MS = 100_000;

/** A guest in QEMU, emulated, started by a script of an image. Disposed of, it is killed. */
export class Machine implements AsyncDisposable {
  /** What its console has said. */
  readonly lines: string[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown>;
  readonly #watchers = new Set<() => void>();

  constructor(script: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const settings = { ACCEL: "tcg", MEMORY: "4G", CPUS: "2", ...env };
    // QEMU takes the place of the shell: killing the one ends the other.
    this.#child = spawn("sh", [script, ...args], { env: { PATH: process.env["PATH"]!, ...settings } });
    this.#ended = once(this.#child, "close").then(() => this.#look());
    this.#child.stdin.end();
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        this.lines.push(line.replace(/\r$/, ""));
        this.#look();
      });
    }
  }

  /** The first line that fits, once it comes. @throws Error with what the console said, where it does not come */
  async line(pattern: RegExp): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        const fail = (why: string): void =>
          reject(new Error(`the guest ${why} before ${String(pattern)}:\n${this.lines.slice(-40).join("\n")}`));
        const look = (): void => {
          const found = this.lines.find((line) => pattern.test(line));
          if (found !== undefined) resolve(found);
          else if (this.#child.exitCode !== null) fail("ended");
        };
        timer = setTimeout(() => fail(`took ${DEADLINE_MS} ms`), DEADLINE_MS);
        this.#watchers.add(look);
        look();
      });
    } finally {
      clearTimeout(timer);
      this.#watchers.clear();
    }
  }

  /** Waits until it has switched itself off. */
  async off(): Promise<void> {
    await this.line(/reboot: Power down/);
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  #look(): void {
    for (const look of [...this.#watchers]) look();
  }
}
