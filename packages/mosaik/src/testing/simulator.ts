import { preloadGroups } from "../groups/preload.js";
import {
  MemoryNetwork,
  SimulatedHost,
  SimulatedRuntime,
  standInCrypto,
  VirtualTime,
  type LatencyRange,
  type Runtime,
  type RuntimeCrypto,
} from "../runtime/index.js";
import type { FaultStep } from "./fault-schedule.js";
import { Faults } from "./faults.js";
import type { MemoryUdp } from "./memory-udp.js";

export interface SimulatorOptions {
  /** Decides everything that is random. One seed gives one course of events. */
  readonly seed: number | string;
  /** Default: 1 to 10 ms one way, jitter 1 ms. */
  readonly latency?: LatencyRange;
  /** Default: a stand-in that is fast and proves nothing. */
  readonly crypto?: RuntimeCrypto;
  /** Whether a dial finds a peer by its id alone. Default: true. */
  readonly resolvesBareIds?: boolean;
  /** Datagrams between the nodes and whatever else is bound there, such as nodes of a DHT. Default: nodes have none. */
  readonly udp?: MemoryUdp;
  /** The wall clock at the beginning, in ms since the Unix epoch. Default: 2026-01-01T00:00:00Z. */
  readonly epochMs?: number;
}

/** What a listener, predicate or handler of a simulated node threw. */
export interface Report {
  readonly node: string;
  readonly error: unknown;
  readonly where: string;
}

/** Something that happened, for the report of a failing seed. */
export interface TranscriptLine {
  /** In ms of virtual time. */
  readonly atMs: number;
  readonly what: string;
}

/** How long a wait may take unless it says otherwise, in ms of virtual time. */
const defaultWithinMs = 60_000;
const defaultEpochMs = 1_767_225_600_000;

/**
 * A world in one process and in virtual time: nodes with clocks, timers, randomness and a network between them, all from one
 * seed. Time stands still except while somebody waits with `until`, `within` or `advance`.
 *
 * ```ts
 * const sim = new Simulator({ seed: 7 });
 * const [alice, bob] = [sim.runtime("alice"), sim.runtime("bob", { skewMs: 2_000 })];
 * …
 * sim.faults.partition("alice", "bob");
 * await sim.until(() => isLeaderless(), { withinMs: 10_000, what: "the leader to be missed" });
 * ```
 */
export class Simulator {
  readonly seed: string;
  readonly network: MemoryNetwork;
  readonly faults: Faults;
  /** What user callbacks threw so far. */
  readonly reports: Report[] = [];
  /** The faults so far, and what was noted beside them. */
  readonly transcript: TranscriptLine[] = [];
  readonly #time = new VirtualTime();
  readonly #options: SimulatorOptions;
  readonly #crypto: RuntimeCrypto;
  readonly #nodes = new Map<string, { readonly host: SimulatedHost; runtime: SimulatedRuntime }>();

  constructor(options: SimulatorOptions) {
    preloadGroups();
    this.seed = String(options.seed);
    this.#options = options;
    this.#crypto = options.crypto ?? standInCrypto;
    this.network = new MemoryNetwork({
      seed: this.seed,
      publicKey: (secretKey) => this.#crypto.publicKey(secretKey),
      ...(options.latency === undefined ? {} : { latency: options.latency }),
      ...(options.resolvesBareIds === undefined ? {} : { resolvesBareIds: options.resolvesBareIds }),
    });
    this.faults = new Faults(
      this.network,
      (name) => this.#node(name),
      (what) => this.note(what),
    );
  }

  /** Virtual time since the beginning, in ms. */
  get nowMs(): number {
    return this.#time.nowUs / 1_000;
  }

  /** Events run so far. */
  get eventCount(): number {
    return this.#time.eventCount;
  }

  /**
   * The runtime of a node. The same name gives the same runtime, until the node crashes: then a new one with other randomness,
   * on a host that begins anew.
   */
  runtime(name: string, options: { skewMs?: number } = {}): Runtime {
    const known = this.#nodes.get(name);
    if (known?.host.isUp === true) return known.runtime;
    known?.host.restart();
    const host = known?.host ?? new SimulatedHost(name, this.#nodes.size + 1, this.#time);
    const runtime: SimulatedRuntime = new SimulatedRuntime({
      host,
      transport: this.network.transport(host),
      udp: this.#options.udp?.on({ after: (ms, task) => runtime.after(ms, task) }, addressesOf(host)),
      crypto: this.#crypto,
      seed: `${this.seed}/node/${name}/${host.incarnation}`,
      epochMs: this.#options.epochMs ?? defaultEpochMs,
      skewMs: options.skewMs ?? known?.runtime.skewMs ?? 0,
      onReport: (error, where) => this.reports.push({ node: name, error, where }),
    });
    this.#nodes.set(name, { host, runtime });
    return runtime;
  }

  /**
   * Lets time run until a condition holds; it is asked after every event.
   *
   * @throws an error with the seed and the virtual time where it does not hold within `withinMs`, or what an event threw
   */
  async until(
    condition: () => boolean,
    { withinMs = defaultWithinMs, what = "a condition" }: { withinMs?: number; what?: string } = {},
  ): Promise<void> {
    if (condition()) return;
    if (!(await this.#time.until(condition, withinMs * 1_000))) throw this.#tooLate(what, withinMs);
  }

  /** Lets time run until a promise settles, and settles as it does. @throws like `until` where it takes longer than `ms` */
  async within<T>(ms: number, promise: PromiseLike<T>, what = "a promise"): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    if (!(await this.#time.until(() => isSettled, ms * 1_000))) throw this.#tooLate(what, ms);
    return promise;
  }

  /** Lets `ms` of virtual time pass. */
  async advance(ms: number): Promise<void> {
    await this.#time.until(() => false, ms * 1_000);
  }

  /** Closes the endpoints of all nodes. Time goes no further for it. */
  close(): Promise<void> {
    return this.network.close();
  }

  /** Lets what a schedule says go wrong, each at its time from now on; resolves after the last. */
  async play(schedule: readonly FaultStep[]): Promise<void> {
    const startMs = this.nowMs;
    for (const { atMs, apply } of schedule) {
      await this.advance(Math.max(0, startMs + atMs - this.nowMs));
      apply(this.faults);
    }
  }

  /** Writes something down in the transcript. */
  note(what: string): void {
    this.transcript.push({ atMs: this.nowMs, what });
  }

  /** Ends the simulation: time goes no further, and who waits for something waits for ever. */
  halt(): void {
    this.#time.halt();
  }

  /** A hash of everything that happened so far: the same for the same seed and the same program. */
  traceHash(): string {
    return this.#time.trace.hex();
  }

  #node(name: string): { readonly host: SimulatedHost; runtime: SimulatedRuntime } {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new TypeError(`no simulated node is named "${name}"`);
    return node;
  }

  #tooLate(what: string, ms: number): Error {
    return new Error(`seed ${this.seed}: waited ${ms} ms for ${what}, until ${this.nowMs} ms of virtual time`);
  }
}

/** The addresses of a host, for its datagrams: those that RFC 6598 and RFC 3849 keep from the internet. */
function addressesOf({ ordinal }: SimulatedHost): { 4: string; 6: string } {
  return { 4: `100.64.${ordinal >> 8}.${ordinal & 255}`, 6: `2001:db8::${ordinal.toString(16)}` };
}
