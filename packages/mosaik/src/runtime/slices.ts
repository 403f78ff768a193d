import type { Runtime } from "./runtime.js";

/** How long a turn of the event loop may be spent on long work, in ms: a collection of garbage, of some ms, may come on top. */
const SLICE_MS = 1;

const byRuntime = new WeakMap<Runtime, Slices>();

/**
 * Divides long work into slices that do not hold up the event loop. All long work of a node shares one slice a turn: sixty syncs
 * at once hold it up no longer than one does.
 */
export class Slices {
  readonly #runtime: Runtime;
  /** When the slice of this turn ends; `undefined` while none has begun. */
  #endMs: number | undefined;
  readonly #waiting: (() => void)[] = [];

  /** The slices of a node. */
  static of(runtime: Runtime): Slices {
    let slices = byRuntime.get(runtime);
    if (slices === undefined) byRuntime.set(runtime, (slices = new Slices(runtime)));
    return slices;
  }

  private constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Whether the work must pause: `if (slices.areUsedUp()) await slices.next()` between two small steps. */
  areUsedUp(): boolean {
    this.#endMs ??= this.#begin();
    return this.#runtime.monoMs() >= this.#endMs;
  }

  /** Resolves in a later turn, in the order of the calls. */
  next(): Promise<void> {
    this.#endMs ??= this.#begin();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #begin(): number {
    this.#runtime.soon(() => {
      this.#endMs = undefined;
      const resume = this.#waiting.shift();
      if (resume === undefined) return;
      this.#endMs = this.#begin();
      resume();
    });
    return this.#runtime.monoMs() + SLICE_MS;
  }
}
