import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { buildProgram } from "../../build-program.js";
import type { CrewMember } from "./crew-member.js";
import { readHistory, type HistoryLine } from "./program/history.js";
import type { Charge, MemberState, NodeAddress, Order, Reply } from "./program/messages.js";

const PROGRAM = fileURLToPath(new URL("program", import.meta.url));
const STDERR_CHARACTERS_MAX = 16 * 1024;

/** The members run as built: makes sure that they are, from the present sources. */
export const buildMember = (): Promise<void> => buildProgram(PROGRAM);

/** A process of its own with a member of the group in it. It ends with us: it is disconnected then. */
export class MemberProcess implements CrewMember {
  readonly language = "ts";
  readonly joined: Promise<NodeAddress>;
  readonly exited: Promise<unknown>;
  readonly charge: Charge;
  isKilled = false;
  readonly #child: ChildProcess;
  #address: NodeAddress | undefined;
  #stderr = "";

  /** @param at what precedes a command so that it runs at the member's host */
  constructor([command, ...args]: readonly [string, ...string[]], charge: Charge) {
    this.charge = charge;
    this.#child = spawn(command, [...args, process.execPath, `${PROGRAM}/dist/main.js`], {
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARACTERS_MAX);
    });
    this.exited = once(this.#child, "exit");
    this.joined = this.#reply("joined").then(({ address }) => (this.#address = address));
    this.#child.send(charge);
  }

  get address(): NodeAddress {
    return this.#address!;
  }

  get complaints(): string {
    const { exitCode, signalCode } = this.#child;
    if (this.isKilled || (exitCode === null && signalCode === null)) return this.#stderr;
    return `${this.#stderr}it ended with ${signalCode ?? `code ${exitCode}`}`;
  }

  order(kind: "work" | "rest" | "rejoin"): void {
    this.#send({ kind });
  }

  async leave(): Promise<void> {
    const left = this.#reply("left");
    this.#send({ kind: "leave" });
    await left;
  }

  async state(): Promise<MemberState> {
    const reply = this.#reply("state");
    this.#send({ kind: "state" });
    return (await reply).state;
  }

  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  continue(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.isKilled = true;
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  history(): HistoryLine[] {
    return readHistory(this.charge.history);
  }

  #send(order: Order): void {
    this.#child.send(order);
  }

  /** The next reply of a kind. @throws if the process ends */
  #reply<K extends Reply["kind"]>(kind: K): Promise<Extract<Reply, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#child.off("message", take);
        this.#child.off("exit", fail);
      };
      const take = (reply: Reply): void => {
        if (reply.kind !== kind) return;
        settle();
        resolve(reply as Extract<Reply, { kind: K }>);
      };
      const fail = (): void => {
        settle();
        reject(new Error(`the member ended: ${this.complaints}`));
      };
      this.#child.on("message", take);
      this.#child.on("exit", fail);
    });
  }
}
