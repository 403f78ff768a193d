import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { NodeAddress, NodeConfig, NodeReport } from "../node/messages.js";
import { StartError, type Ended, type Member } from "./member.js";

const PROGRAM = fileURLToPath(new URL("../node/main.js", import.meta.url));
const START_TIMEOUT_MS = 20_000;
/** Closing a network takes two seconds at most. */
const STOP_TIMEOUT_MS = 6000;
const STDERR_CHARACTERS_MAX = 16 * 1024;

/** A TypeScript node in a process of its own. It ends when we end, however that happens: its input is closed then. */
export class NodeProcess implements Member {
  readonly name: string;
  readonly role: NodeConfig["role"];
  readonly language = "TypeScript";
  readonly joined: Promise<NodeAddress>;
  readonly ended: Promise<Ended>;
  readonly discovered = new Set<string>();
  address: NodeAddress | undefined;
  joinedAtMs: number | undefined;
  firstItem: { readonly sensor: string; readonly afterMs: number } | undefined;
  end: Ended | undefined;
  stderr = "";
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #onReport: (report: NodeReport) => void;
  #resolveJoined!: (address: NodeAddress) => void;
  readonly #drained: Promise<void>;
  #resolveDrained!: () => void;
  #stopping: Promise<Ended> | undefined;
  #hasHung = false;
  #brokenLine: string | undefined;

  /** @param onReport told what the process says of readings; its last words come before `ended` resolves */
  constructor(name: string, config: NodeConfig, onReport: (report: NodeReport) => void) {
    this.name = name;
    this.role = config.role;
    this.#onReport = onReport;
    this.#child = spawn(process.execPath, [PROGRAM, name]);
    this.#drained = new Promise((resolve) => (this.#resolveDrained = resolve));
    this.ended = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => resolve((this.end = this.#endedWith(code, signal))));
    });
    this.#child.once("error", (error) => (this.stderr += error.message));
    this.#child.stdin.on("error", () => {}); // the end of the process says it better
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_CHARACTERS_MAX);
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#receive(line));
    this.joined = this.#startUp();
    this.joined.catch(() => {}); // whoever waits for it is told; the summary tells it anyway
    this.#write(config);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  drain(): Promise<unknown> {
    return Promise.race([this.#drained, this.stop()]);
  }

  stop(): Promise<Ended> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<Ended> {
    this.#write({ kind: "stop" });
    const timer = setTimeout(() => {
      this.#hasHung = true;
      this.kill();
    }, STOP_TIMEOUT_MS);
    const ended = await this.ended;
    clearTimeout(timer);
    return ended;
  }

  async #startUp(): Promise<NodeAddress> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([
        new Promise<NodeAddress>((resolve) => (this.#resolveJoined = resolve)),
        this.ended.then(({ exitCode, signal }) => {
          throw new StartError(this.name, `it ended with ${signal ?? `code ${String(exitCode)}`}`, this.stderr);
        }),
        new Promise<never>((_, reject) => {
          const late = `it had not joined after ${START_TIMEOUT_MS / 1000} s`;
          timer = setTimeout(() => reject(new StartError(this.name, late, this.stderr)), START_TIMEOUT_MS);
        }),
      ]);
    } finally {
      clearTimeout(timer);
    }
  }

  #write(message: object): void {
    if (this.end === undefined) this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  #receive(line: string): void {
    let report: NodeReport;
    try {
      report = JSON.parse(line) as NodeReport;
    } catch {
      // The last line of a process that was killed while it wrote; of any other, something that should not be there.
      this.#brokenLine = line;
      return;
    }
    if (report.kind === "joined") {
      this.address = report.address;
      this.joinedAtMs = performance.now();
      this.#resolveJoined(report.address);
    } else if (report.kind === "drained") this.#resolveDrained();
    else if (report.kind === "discovered") this.discovered.add(report.peer);
    else if (report.kind === "firstItem") this.firstItem = report;
    else this.#onReport(report);
  }

  #endedWith(exitCode: number | null, signal: NodeJS.Signals | null): Ended {
    const atMs = performance.now();
    if (this.#hasHung) this.stderr += `it did not end within ${STOP_TIMEOUT_MS / 1000} s\n`;
    else if (signal === "SIGKILL") return { ending: "killed", exitCode, signal, atMs };
    if (this.#brokenLine !== undefined) this.stderr += `it wrote to stdout: ${this.#brokenLine}\n`;
    if (this.#stopping === undefined || this.#hasHung) return { ending: "failed", exitCode, signal, atMs };
    return { ending: this.joinedAtMs === undefined ? "never joined" : "in order", exitCode, signal, atMs };
  }
}
