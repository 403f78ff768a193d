// The processes that `try.mjs` starts, and what they print.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A process of this example: `node main.mjs ARGUMENTS`. What it prints is shown under its name. */
export class Process {
  lines = [];
  #name;
  #child;
  #ended;
  #watchers = new Set();

  constructor(name, ...args) {
    this.#name = name;
    const main = fileURLToPath(new URL("main.mjs", import.meta.url));
    this.#child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    this.#ended = once(this.#child, "exit");
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      console.log(`${name.padEnd(10)} ${line}`);
      this.lines.push(line);
      for (const look of [...this.#watchers]) look();
    });
  }

  /** Waits until `test` holds, asked after each line. @throws Error where the process ends before */
  until(test) {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!test(this)) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      this.#ended.then(([code]) => reject(new Error(`${this.#name} has ended, with ${code}`)));
      look();
    });
  }

  /** The first line that begins so, once it comes. */
  async line(start) {
    const find = () => this.lines.find((line) => line.startsWith(start));
    await this.until(() => find() !== undefined);
    return find();
  }

  /** What others join by. */
  async peer() {
    const start = "joined: --peer ";
    return (await this.line(start)).slice(start.length);
  }

  count(start) {
    return this.lines.filter((line) => line.startsWith(start)).length;
  }

  /** Sends a signal: SIGSTOP has it stand still, SIGCONT go on. */
  signal(name) {
    console.log(`${this.#name.padEnd(10)} (${name})`);
    this.#child.kill(name);
  }

  /** Ends it: SIGTERM asks it to leave, SIGKILL does not ask. */
  async end(signal) {
    this.signal(signal);
    await this.#ended;
  }
}
