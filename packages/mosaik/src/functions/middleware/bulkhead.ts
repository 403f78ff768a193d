import type { Middleware } from "../call.js";
import { FunctionError } from "../errors.js";
import type { MiddlewareHost } from "./host.js";
import { requireWhole } from "./options.js";
import { TimeBudget, withinTime } from "./time.js";

export interface BulkheadOptions {
  /** How many calls are in progress at once. */
  readonly concurrentMax: number;
  /** How many more wait for their turn, in their order. Default: 0, the others fail at once. */
  readonly queueMax?: number;
}

/**
 * Bounds how many calls are in progress, so that one slow function cannot take everything. What waits is within its own time: the wait
 * counts, and its signal ends it.
 *
 * Each call that it is put around has a bulkhead of its own.
 *
 * ```ts
 * const render = compose(Render.caller(network), bulkhead(network, { concurrentMax: 8, queueMax: 100 }));
 * ```
 *
 * @throws FunctionError `invalidOption`. The calls: `overloaded`; `timeout` and `cancelled` also while they wait
 */
export function bulkhead(host: MiddlewareHost, { concurrentMax, queueMax = 0 }: BulkheadOptions): Middleware {
  requireWhole("concurrentMax", concurrentMax, 1);
  requireWhole("queueMax", queueMax, 0);
  const { runtime, metrics } = host.local;
  const refused = metrics.counter("mosaik.functions.bulkhead.refused");

  return (next) => {
    const turns = new Turns(concurrentMax, queueMax);
    return async (request, options = {}) => {
      const budget = new TimeBudget(runtime, options.timeoutMs);
      const turn = turns.take();
      if (turn === undefined) {
        refused.add();
        throw new FunctionError("overloaded", `${concurrentMax} calls are in progress and ${queueMax} wait already`);
      }
      try {
        if (turn.comes !== undefined) await withinTime(runtime, turn.comes, options, "waiting for its turn");
        const { remainingMs } = budget;
        if (remainingMs === 0) throw new FunctionError("timeout", "the call's time was up when its turn came");
        return await next(request, { ...options, timeoutMs: remainingMs });
      } finally {
        turns.give(turn);
      }
    };
  };
}

/** A place among those in progress, or in the queue. */
interface Turn {
  /** Resolves when the turn has come; absent if there was room at once. */
  readonly comes: Promise<void> | undefined;
  readonly begin: () => void;
}

class Turns {
  readonly #concurrentMax: number;
  readonly #queueMax: number;
  #inProgress = 0;
  readonly #queue = new Set<Turn>();

  constructor(concurrentMax: number, queueMax: number) {
    this.#concurrentMax = concurrentMax;
    this.#queueMax = queueMax;
  }

  /** A turn now or later; `undefined` if the queue is full. Must be given back. */
  take(): Turn | undefined {
    if (this.#inProgress < this.#concurrentMax) {
      this.#inProgress++;
      return { comes: undefined, begin: () => {} };
    }
    if (this.#queue.size >= this.#queueMax) return undefined;
    let begin!: () => void;
    const comes = new Promise<void>((resolve) => (begin = resolve));
    const turn = { comes, begin };
    this.#queue.add(turn);
    return turn;
  }

  /** Ends a turn, whether it had come or not; the next in the queue has it then. */
  give(turn: Turn): void {
    if (this.#queue.delete(turn)) return;
    const [first] = this.#queue;
    if (first === undefined) {
      this.#inProgress--;
      return;
    }
    this.#queue.delete(first);
    first.begin();
  }
}
