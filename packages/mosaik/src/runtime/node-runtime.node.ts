import * as diagnosticsChannel from "node:diagnostics_channel";
import { randomBytes, randomFillSync } from "node:crypto";
import type { Transport } from "@mosaik/iroh/transport";
import type { Diagnostics } from "./diagnostics.js";
import { loadIroh, type Iroh, type IrohBinding } from "./load-iroh.node.js";
import { LoopDelay } from "./loop-delay.node.js";
import type { CancelTimer, Random, Runtime } from "./runtime.js";
import { systemUdp } from "./udp.node.js";
import type { Udp } from "./udp.js";

/** A timer that fires later than this, in ms, lets waiting input go first. */
const lateMs = 20;
/** A timer later than this, in ms, follows a pause of the process: other threads need a moment to hand over their input. */
const pausedMs = 250;
/** That moment, in ms. */
const handOverMs = 10;
/** The longest delay that Node's timers take, in ms. */
const delayMaxMs = 2_147_483_647;
/** Random words drawn from the system at a time. */
const randomWords = 256;

export interface NodeRuntimeOptions {
  /** Told what listeners, predicates and handlers of the user throw. Default: one line on stderr. */
  readonly onReport?: (error: unknown, where: string) => void;
  /** Puts something between the node and iroh, as tests do. */
  readonly wrapTransport?: (transport: Transport) => Transport;
  /** Datagrams for the DHT. Default: those of the machine; `undefined` for a world without them. */
  readonly udp?: Udp | undefined;
  /** The binding of iroh. Default: the native part of `@mosaik/iroh`; where that cannot be loaded, `@number0/iroh` with a warning. */
  readonly binding?: IrohBinding;
}

/** Of the one loop that all nodes of the process share. */
const loopDelay = new LoopDelay();

/**
 * The world of a real node: the clocks, timers and randomness of Node.js, and iroh.
 *
 * @throws Error which says what to do where no binding of iroh can be loaded
 */
export async function createNodeRuntime(options: NodeRuntimeOptions = {}): Promise<Runtime> {
  return new NodeRuntime(await loadIroh(options.binding), options);
}

class NodeRuntime implements Runtime {
  readonly random: Random = new SystemRandom();
  readonly diagnostics: Diagnostics = diagnosticsChannel;
  readonly transport: Transport;
  readonly udp: Udp | undefined;
  readonly publicKey: Runtime["publicKey"];
  readonly sign: Runtime["sign"];
  readonly verify: Runtime["verify"];
  readonly verifyBatch: Runtime["verifyBatch"];
  readonly isPublicKey: Runtime["isPublicKey"];
  readonly hash: Runtime["hash"];
  readonly report: Runtime["report"];

  constructor(iroh: Iroh, options: NodeRuntimeOptions) {
    const { onReport = reportToStderr, wrapTransport } = options;
    this.udp = "udp" in options ? options.udp : systemUdp(false);
    this.transport = wrapTransport === undefined ? iroh.transport : wrapTransport(iroh.transport);
    this.publicKey = iroh.publicKey;
    this.sign = iroh.sign;
    this.verify = iroh.verify;
    this.verifyBatch = iroh.verifyBatch;
    this.isPublicKey = iroh.isPublicKey;
    this.hash = iroh.hash;
    this.report = onReport;
  }

  wallMs(): number {
    return Date.now();
  }

  monoMs(): number {
    return performance.now();
  }

  after(delayMs: number, task: () => void): CancelTimer {
    const timer = new NodeTimer(delayMs, task);
    return () => timer.cancel();
  }

  soon(task: () => void): void {
    setImmediate(task);
  }

  loopDelayMs(): number {
    return loopDelay.read(this.monoMs());
  }
}

/** One timer, with the rule for late ones. */
class NodeTimer {
  readonly #task: () => void;
  readonly #dueMs: number;
  #timeout: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(delayMs: number, task: () => void) {
    this.#task = task;
    this.#dueMs = performance.now() + delayMs;
    this.#arm(delayMs, this.#onDue);
  }

  cancel(): void {
    clearTimeout(this.#timeout);
    clearImmediate(this.#immediate);
  }

  #arm(delayMs: number, onDue: () => void): void {
    // It is the endpoint that holds the process, not what it waits for.
    this.#timeout = setTimeout(onDue, Math.min(delayMs, delayMaxMs)).unref();
  }

  readonly #onDue = (): void => {
    const overdueMs = performance.now() - this.#dueMs;
    if (overdueMs < -1) this.#arm(-overdueMs, this.#onDue);
    else if (overdueMs <= lateMs) this.#task();
    else if (overdueMs <= pausedMs) this.#behindInput();
    else this.#arm(handOverMs, this.#behindInput);
  };

  /** Immediates run after the event loop took the input that was waiting. */
  readonly #behindInput = (): void => {
    this.#immediate = setImmediate(this.#task);
  };
}

/** The system's randomness; small draws come from a pool. */
class SystemRandom implements Random {
  readonly #pool = new Uint32Array(randomWords);
  #next = randomWords;

  u32(): number {
    if (this.#next === randomWords) {
      randomFillSync(this.#pool);
      this.#next = 0;
    }
    return this.#pool[this.#next++]!;
  }

  unit(): number {
    return ((this.u32() >>> 5) * 67_108_864 + (this.u32() >>> 6)) / 9_007_199_254_740_992;
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(randomBytes(length));
  }
}

function reportToStderr(error: unknown, where: string): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`mosaik: ${where}: ${text.replaceAll("\n", " | ")}\n`);
}
