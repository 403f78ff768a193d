import type { Transport } from "@mosaik/iroh/transport";
import { silentDiagnostics, type Diagnostics } from "./diagnostics.js";
import type { CancelTimer, Random, Runtime, SignedItem } from "./runtime.js";
import { SeededRandom } from "./seeded-random.js";
import type { RuntimeCrypto } from "./simulated-crypto.js";
import { HostEvent, type SimulatedHost } from "./simulated-host.js";
import type { Udp } from "./udp.js";

/** The least delay of a timer, in ms: as in Node, no timer runs within its own moment. */
const delayMinMs = 1;
/** What the verification of one of many signatures takes, in µs of virtual time. */
const VERIFY_US = 100;

export interface SimulatedRuntimeOptions {
  readonly host: SimulatedHost;
  readonly transport: Transport;
  readonly udp: Udp | undefined;
  readonly crypto: RuntimeCrypto;
  /** The seed of this incarnation's randomness. */
  readonly seed: string;
  /** The wall clock at the beginning of virtual time, in ms since the Unix epoch. */
  readonly epochMs: number;
  /** How far this node's wall clock is ahead, in ms. */
  readonly skewMs: number;
  readonly onReport: (error: unknown, where: string) => void;
}

/** The world of one node of a simulation, for one incarnation of its host. */
export class SimulatedRuntime implements Runtime {
  readonly random: Random;
  readonly transport: Transport;
  readonly udp: Udp | undefined;
  /** Who listens to what happens in nodes that are made from now on. */
  diagnostics: Diagnostics = silentDiagnostics;
  /** How far this node's wall clock is ahead, in ms. May change at any time: wall clocks jump. */
  skewMs: number;
  readonly #host: SimulatedHost;
  readonly #incarnation: number;
  readonly #crypto: RuntimeCrypto;
  readonly #epochMs: number;
  /** Monotonic clocks begin anywhere, and nobody may compare those of two nodes. */
  readonly #monoOffsetMs: number;
  readonly #onReport: (error: unknown, where: string) => void;

  constructor(options: SimulatedRuntimeOptions) {
    this.#host = options.host;
    this.#incarnation = options.host.incarnation;
    this.#crypto = options.crypto;
    this.#epochMs = options.epochMs;
    this.skewMs = options.skewMs;
    this.#onReport = options.onReport;
    this.transport = options.transport;
    this.udp = options.udp;
    this.random = new SeededRandom(options.seed);
    this.#monoOffsetMs = this.random.u32() % 1_000_000;
  }

  wallMs(): number {
    return Math.floor(this.#epochMs + this.skewMs + this.#host.time.nowUs / 1_000);
  }

  monoMs(): number {
    return this.#monoOffsetMs + this.#host.time.nowUs / 1_000;
  }

  after(delayMs: number, task: () => void): CancelTimer {
    return this.#schedule(new Timer(this.#host, task), Math.max(delayMinMs, delayMs) * 1_000);
  }

  soon(task: () => void): void {
    this.#schedule(new Task(this.#host, task), 0);
  }

  publicKey(secretKey: Uint8Array): Uint8Array {
    return this.#crypto.publicKey(secretKey);
  }

  sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
    return this.#crypto.sign(secretKey, message);
  }

  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    return this.#crypto.verify(publicKey, message, signature);
  }

  verifyBatch(items: readonly SignedItem[]): Promise<boolean[]> {
    return new Promise((resolve) => {
      const verify = ({ publicKey, message, signature }: SignedItem): boolean =>
        this.#crypto.verify(publicKey, message, signature);
      this.#schedule(new Task(this.#host, () => resolve(items.map(verify))), items.length * VERIFY_US);
    });
  }

  isPublicKey(bytes: Uint8Array): boolean {
    return this.#crypto.isPublicKey(bytes);
  }

  hash(bytes: Uint8Array): Uint8Array {
    return this.#crypto.hash(bytes);
  }

  /** Virtual time waits for whoever is busy. */
  loopDelayMs(): number {
    return 0;
  }

  report(error: unknown, where: string): void {
    this.#onReport(error, where);
  }

  #schedule(task: Task, delayUs: number): CancelTimer {
    const { time } = this.#host;
    if (!this.#host.isUp || this.#host.incarnation !== this.#incarnation) return () => {};
    time.schedule(task, delayUs);
    return () => {
      if (!task.hasRun) time.cancel(task);
    };
  }
}

/** A task that was put off; as input, it keeps its place among what arrived. */
class Task extends HostEvent {
  declare hasRun: boolean;
  declare private task: (() => void) | undefined;

  constructor(host: SimulatedHost, task: () => void) {
    super(host);
    this.hasRun = false;
    this.task = task;
  }

  override release(): void {
    this.task = undefined;
  }

  protected perform(): void {
    const { trace, nowUs } = this.host.time;
    trace.fold(nowUs);
    trace.fold(~this.host.ordinal);
    this.hasRun = true;
    this.task?.();
  }
}

class Timer extends Task {
  protected override get isTimer(): boolean {
    return true;
  }
}
