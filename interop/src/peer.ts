import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { binaryOf, whyNoPeer, type RustProgram } from "./availability.js";
import { EventLog } from "./event-log.js";
import { RustNode } from "./node.js";
import type { JoinOptions, PeerAddr, RustEvent } from "./protocol.js";
import { RawConnection } from "./raw.js";
import type { JwtValidatorArgs } from "./ticket-protocol.js";

const DEFAULT_TIMEOUT_MS = 15_000;
/** Leaving takes 650 ms a network, side by side. */
const EXIT_TIMEOUT_MS = 5_000;
const STDERR_CHARACTERS_MAX = 64 * 1024;

/** A command failed, came too late, or lost its process. */
export class RustPeerError extends Error {
  override readonly name = "RustPeerError";

  /** @param cmd the command that failed */
  constructor(
    readonly cmd: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${cmd}: ${message}`, options);
  }
}

export interface StartOptions {
  /** Which program; `peer` if absent. */
  readonly program?: RustProgram;
  /** What Rust logs to stderr, as in `RUST_LOG`: `mosaik=debug`; errors if absent. */
  readonly log?: string;
  /** What precedes the program so that it runs elsewhere, and becomes the program: as `nsenter` does. Nothing if absent. */
  readonly at?: readonly string[];
}

export interface RequestOptions {
  /** 15 seconds if absent. */
  readonly timeoutMs?: number;
  /** Which of the process's nodes is meant; `main` if absent. */
  readonly node?: string;
}

interface Pending {
  resolve(ok: unknown): void;
  reject(error: Error): void;
}

/**
 * A running Rust program with any number of mosaik nodes in it.
 *
 * It talks to public lookup services whatever it is told, so start it only inside the namespace of `scripts/lib/netns.mjs`.
 *
 * @example
 * await using rust = await RustPeer.start();
 * const node = await rust.join({ network: "demo", relay: relay.url });
 * await node.syncWith(addr);
 */
export class RustPeer implements AsyncDisposable {
  /** What the program reports unasked. */
  readonly events = new EventLog();
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<unknown>;
  #lastId = 0;
  #stderr = "";
  #ended: string | undefined;

  /** @throws {Error} with {@link whyNoPeer}'s sentence, or when the program cannot be started */
  static async start(options: StartOptions = {}): Promise<RustPeer> {
    const obstacle = whyNoPeer(options.program);
    if (obstacle !== undefined) throw new Error(obstacle);
    const binary = binaryOf(options.program ?? "peer");
    const [command = binary, ...args] = [...(options.at ?? []), binary];
    const child = spawn(command, args, { env: { ...process.env, RUST_LOG: options.log ?? "error" } });
    const peer = new RustPeer(child);
    await once(child, "spawn");
    return peer;
  }

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#exited = once(child, "close").catch(() => undefined); // a failed start has thrown already
    child.once("close", (code, signal) => this.#end(`the process ended (${signal ?? code ?? "unknown"})`));
    child.stdin.on("error", () => undefined); // the end of the process says it better
    createInterface({ input: child.stdout }).on("line", (line) => this.#receive(line));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARACTERS_MAX);
    });
  }

  /** The id of its process. */
  get pid(): number {
    return this.#child.pid!;
  }

  /** What the program has written to stderr; the end of it if that is long. */
  get stderr(): string {
    return this.#stderr;
  }

  /**
   * Sends a command and returns its answer, which the caller knows the type of.
   *
   * @throws {RustPeerError}
   */
  request<T = Record<string, never>>(cmd: string, args: object = {}, options: RequestOptions = {}): Promise<T> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, node } = options;
    const id = ++this.#lastId;
    const answer = this.#answerTo<T>(id, cmd, timeoutMs);
    this.writeLine(JSON.stringify({ ...args, id, cmd, node }));
    return answer;
  }

  /** Writes a line as it is, right or wrong. */
  writeLine(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Joins a network. One process can hold several nodes, by different names. */
  async join(options: JoinOptions, node = "main"): Promise<RustNode> {
    const { addr } = await this.request<{ addr: PeerAddr }>("join", options, { node, timeoutMs: 30_000 });
    return new RustNode(this, node, addr);
  }

  /** Connects a bare endpoint, which is not a mosaik node, to the direct addresses given. */
  async rawDial(addr: PeerAddr, alpn: string, seed?: string): Promise<RawConnection> {
    const { raw, id } = await this.request<{ raw: string; id: string }>("rawDial", { addr, alpn, seed });
    return new RawConnection(this, raw, id);
  }

  /** What a validator adds to the ids of functions and groups, in hexadecimal. */
  async validatorSignature(validator: JwtValidatorArgs): Promise<string> {
    return (await this.request<{ signature: string }>("validatorSignature", { validator })).signature;
  }

  /** Sends the process a signal: SIGKILL for a crash, SIGSTOP and SIGCONT for a pause. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Leaves every network with its goodbye and ends the process. */
  async close(): Promise<void> {
    if (this.#ended === undefined) this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), EXIT_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #answerTo<T>(id: number, cmd: string, timeoutMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        this.#pending.delete(id);
      };
      const fail = (message: string) => {
        settle();
        reject(new RustPeerError(cmd, message));
      };
      const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms${this.#said()}`), timeoutMs);
      if (this.#ended !== undefined) return fail(this.#ended);
      this.#pending.set(id, {
        resolve: (ok) => {
          settle();
          resolve(ok as T);
        },
        reject: (error) => fail(error.message),
      });
    });
  }

  #receive(line: string): void {
    const message = JSON.parse(line) as RustEvent | { id: number | null; ok?: unknown; error?: string };
    if ("event" in message) return this.events.push(message);
    if (message.id === null) return this.events.push({ event: "badLine", error: message.error ?? "" });
    const pending = this.#pending.get(message.id);
    if (message.error === undefined) pending?.resolve(message.ok);
    else pending?.reject(new Error(message.error));
  }

  #end(how: string): void {
    this.#ended = `${how}${this.#said()}`;
    const error = new Error(this.#ended);
    for (const pending of [...this.#pending.values()]) pending.reject(error);
    this.events.end(error);
  }

  #said(): string {
    return this.#stderr === "" ? "" : `; its stderr:\n${this.#stderr}`;
  }
}
