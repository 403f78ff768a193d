import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { buildProgram } from "../../../packages/mosaik/test/build-program.js";
import type { Host } from "./internet.js";
import type { Answer, Charge, NodeState, Question } from "./program/messages.js";

const PROGRAM = fileURLToPath(new URL("program", import.meta.url));
const STDERR_CHARACTERS_MAX = 16 * 1024;
const LOOK_EVERY_MS = 100;

/** The nodes run as built: makes sure that they are, from the present sources. */
export const buildNode = (): Promise<void> => buildProgram(PROGRAM);

/** A TypeScript node in a process of its own on a host. It ends with us: it is disconnected then. */
export class NodeProcess {
  readonly name: string;
  /** In hexadecimal. */
  readonly id: string;
  readonly #child: ChildProcess;
  readonly #pending: Map<number, (answer: Answer) => void>;
  #lastNumber = 0;

  static async start(host: Host, charge: Charge): Promise<NodeProcess> {
    const [command, ...args] = host.at;
    const child = spawn(command, [...args, process.execPath, `${PROGRAM}/dist/main.js`], {
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    let stderr = "";
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-STDERR_CHARACTERS_MAX);
    });
    const pending = new Map<number, (answer: Answer) => void>();
    const joined = new Promise<Answer>((resolve) => pending.set(0, resolve));
    child.on("message", (answer: Answer) => {
      pending.get(answer.number)?.(answer);
      pending.delete(answer.number);
    });
    child.on("exit", (code, signal) => {
      const error = `${charge.name} ended with ${signal ?? `code ${code}`}: ${stderr}`;
      for (const [number, settle] of pending) settle({ number, error });
      pending.clear();
    });
    child.send(charge);
    const id = valueOf(await joined) as string;
    return new NodeProcess(charge.name, id, child, pending);
  }

  private constructor(name: string, id: string, child: ChildProcess, pending: Map<number, (answer: Answer) => void>) {
    this.name = name;
    this.id = id;
    this.#child = child;
    this.#pending = pending;
  }

  /** @throws Error with what the node threw */
  async ask<T>(question: Question): Promise<T> {
    const number = ++this.#lastNumber;
    const answer = new Promise<Answer>((resolve) => this.#pending.set(number, resolve));
    this.#child.send({ ...question, number });
    return valueOf(await answer) as T;
  }

  state(): Promise<NodeState> {
    return this.ask<NodeState>({ kind: "state" });
  }

  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  continue(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }
}

function valueOf(answer: Answer): unknown {
  if ("error" in answer) throw new Error(answer.error);
  return answer.value;
}

/** Asks again and again until it holds; how long it took, in ms. @throws Error with the last state of the nodes */
export async function until(
  what: string,
  withinMs: number,
  nodes: readonly NodeProcess[],
  holds: (states: readonly NodeState[]) => boolean | Promise<boolean>,
): Promise<number> {
  const sinceMs = performance.now();
  for (;;) {
    const states = await Promise.all(nodes.map((node) => node.state()));
    const tookMs = performance.now() - sinceMs;
    if (await holds(states)) return tookMs;
    if (tookMs > withinMs) {
      const seen = states.map(
        (state, i) => `${nodes[i]!.name} (${nodes[i]!.id.slice(0, 8)}): ${JSON.stringify(state)}`,
      );
      throw new Error([`waited ${withinMs} ms for ${what}`, ...seen].join("\n"));
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
