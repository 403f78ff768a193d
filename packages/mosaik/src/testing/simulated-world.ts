import type { Runtime } from "../runtime/index.js";
import { Simulator, type Report, type SimulatorOptions } from "./simulator.js";
import type { World } from "./world.js";

/** A world in virtual time. Its simulator has what only a simulation has: faults, the trace, the clock. */
export class SimulatedWorld implements World {
  readonly kind = "simulated";
  readonly simulator: Simulator;

  constructor(options: SimulatorOptions) {
    this.simulator = new Simulator(options);
  }

  get reports(): readonly Report[] {
    return this.simulator.reports;
  }

  runtime(name: string): Promise<Runtime> {
    return Promise.resolve(this.simulator.runtime(name));
  }

  until(condition: () => boolean, withinMs: number, what: string): Promise<void> {
    return this.simulator.until(condition, { withinMs, what });
  }

  within<T>(ms: number, promise: PromiseLike<T>, what: string): Promise<T> {
    return this.simulator.within(ms, promise, what);
  }

  close(): Promise<void> {
    return this.simulator.close();
  }
}
