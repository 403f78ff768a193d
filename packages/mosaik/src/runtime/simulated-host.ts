import { VirtualEvent } from "./event-heap.js";
import type { VirtualTime } from "./virtual-time.js";

/**
 * The machine that a simulated node runs on. It can be paused (as by SIGSTOP: its input and its timers wait) and it can crash:
 * what the node had scheduled never runs, and the next node under this name is a new incarnation.
 */
export class SimulatedHost {
  readonly name: string;
  /** Counts the hosts of a simulation; names may be long. */
  readonly ordinal: number;
  readonly time: VirtualTime;
  /** Which life of the machine this is, from 1. Events of an earlier one never run. */
  incarnation = 1;
  /** Whether the present incarnation still lives. */
  isUp = true;
  #isPaused = false;
  #lateInput: HostEvent[] = [];
  #lateTimers: HostEvent[] = [];

  constructor(name: string, ordinal: number, time: VirtualTime) {
    this.name = name;
    this.ordinal = ordinal;
    this.time = time;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on: first all input that arrived meanwhile, then, in a later round, the timers that became due. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    for (const event of this.#lateInput) this.time.schedule(event, 0);
    if (this.#lateTimers.length > 0) this.time.schedule(new LateTimers(this.time, this.#lateTimers), 0);
    this.#lateInput = [];
    this.#lateTimers = [];
  }

  /** Ends this incarnation without a word. */
  crash(): void {
    this.isUp = false;
    this.#isPaused = false;
    this.#lateInput = [];
    this.#lateTimers = [];
  }

  /** Begins the next incarnation. */
  restart(): void {
    this.isUp = true;
    this.incarnation++;
  }

  /** Keeps an event until the host goes on. */
  postpone(event: HostEvent, isTimer: boolean): void {
    (isTimer ? this.#lateTimers : this.#lateInput).push(event);
  }
}

/** An event within one host: it waits while the host is paused and never runs once its incarnation is over. */
export abstract class HostEvent extends VirtualEvent {
  declare readonly host: SimulatedHost;
  declare private readonly incarnation: number;

  constructor(host: SimulatedHost) {
    super();
    this.host = host;
    this.incarnation = host.incarnation;
  }

  run(): void {
    const { host } = this;
    if (!host.isUp || this.incarnation !== host.incarnation) return;
    if (host.isPaused) host.postpone(this, this.isTimer);
    else this.perform();
  }

  /** Timers that became due during a pause run after the input that arrived during it. */
  protected get isTimer(): boolean {
    return false;
  }

  protected abstract perform(): void;
}

/** Puts late timers behind the input of a resumed host. */
class LateTimers extends VirtualEvent {
  readonly #time: VirtualTime;
  readonly #timers: readonly HostEvent[];

  constructor(time: VirtualTime, timers: readonly HostEvent[]) {
    super();
    this.#time = time;
    this.#timers = timers;
  }

  run(): void {
    for (const timer of this.#timers) if (!timer.isCancelled) this.#time.schedule(timer, 0);
  }
}
