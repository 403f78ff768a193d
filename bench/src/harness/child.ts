import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Commands, CommonCommands } from "./role.js";

/** What goes to a role. */
export interface Request {
  readonly id: number;
  readonly command: string;
  readonly argument: unknown;
}

/** What comes back. */
export interface Answer {
  readonly id: number;
  readonly ok?: unknown;
  readonly error?: string;
}

interface Pending {
  resolve(ok: unknown): void;
  reject(error: Error): void;
}

const ANSWER_TIMEOUT_MS = 60_000;
const EXIT_TIMEOUT_MS = 3_000;

/** Where roles leave their CPU profiles: set once, before any role is started. */
let profileDirectory: string | undefined;

/** Makes every role started from now on leave a CPU profile in this directory. */
export function profileRolesInto(directory: string): void {
  profileDirectory = directory;
}

/** A process of our own that plays one role of a benchmark. `C` are the role's commands. It ends with this process at the latest. */
export class Child<C extends Commands> {
  readonly #process: ChildProcess;
  readonly #role: string;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<unknown>;
  #lastId = 0;
  #ended: string | undefined;

  /**
   * Starts a role.
   *
   * @param role the URL of its compiled module
   */
  static start<C extends Commands>(role: URL): Child<C> {
    return new Child<C>(fileURLToPath(role));
  }

  private constructor(path: string) {
    this.#role = basename(path, ".role.js");
    this.#process = fork(path, { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: profileFlags(this.#role) });
    this.#exited = once(this.#process, "exit").catch(() => undefined);
    this.#process.on("message", (answer: Answer) => this.#receive(answer));
    this.#process.on("error", (error) => this.#end(error.message));
    this.#process.on("exit", (code, signal) => this.#end(`the process ended (${signal ?? code ?? "unknown"})`));
  }

  /**
   * Asks the role for something and returns its answer.
   *
   * @throws Error when the role failed, ended, or did not answer within a minute
   */
  ask<K extends keyof C & string>(command: K, ...argument: Parameters<C[K]>): Promise<Awaited<ReturnType<C[K]>>> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => {
        clearTimeout(timer);
        this.#pending.delete(id);
        reject(new Error(`${this.#role} ${command}: ${reason}`));
      };
      const id = ++this.#lastId;
      const timer = setTimeout(() => fail(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`), ANSWER_TIMEOUT_MS);
      if (this.#ended !== undefined) return fail(this.#ended);
      this.#pending.set(id, {
        resolve: (ok) => {
          clearTimeout(timer);
          this.#pending.delete(id);
          resolve(ok as Awaited<ReturnType<C[K]>>);
        },
        reject: (error) => fail(error.message),
      });
      const request: Request = { id, command, argument: argument[0] };
      this.#process.send(request, (error) => error && fail(error.message));
    });
  }

  /** The processor time that the process has used on all its threads, in microseconds. */
  cpuMicros(): Promise<number> {
    return (this as unknown as Child<CommonCommands>).ask("cpuMicros");
  }

  /** Ends the process without its having a say. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#exited;
  }

  /** Ends the process. */
  async close(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), EXIT_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #receive({ id, ok, error }: Answer): void {
    const pending = this.#pending.get(id);
    if (error === undefined) pending?.resolve(ok);
    else pending?.reject(new Error(error));
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    for (const pending of [...this.#pending.values()]) pending.reject(new Error(reason));
  }
}

/** A role of which only what all roles have in common is of interest. */
export type AnyChild = Pick<Child<CommonCommands>, "close" | "cpuMicros">;

/** Ends several processes side by side. */
export async function closeAll(...children: readonly AnyChild[]): Promise<void> {
  await Promise.all(children.map((child) => child.close()));
}

let profiles = 0;

function profileFlags(role: string): string[] {
  if (profileDirectory === undefined) return [];
  const name = `${String(++profiles).padStart(2, "0")}-${role}.cpuprofile`;
  return ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`, `--cpu-prof-name=${name}`];
}
