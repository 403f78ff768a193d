import type { EventHub } from "../../primitives/index.js";
import type { ProducerEvent } from "../events.js";

/** What an account of undelivered datums needs of its stream. */
export interface UndeliveredContext<T> {
  readonly events: EventHub<ProducerEvent>;
  readonly counter: { add(amount: number): void };
  /** The program's callback, where it has one. */
  readonly onUndelivered: ((datum: T) => void) | undefined;
  report(error: unknown): void;
}

/** Datums that are sent while there is no consumer: counted, told, and handed to the program if it wants them. */
export class Undelivered<T> {
  readonly #context: UndeliveredContext<T>;
  /** The datums of the batch, where the program wants those that nobody gets. */
  #batch: T[] = [];
  #total = 0;

  constructor(context: UndeliveredContext<T>) {
    this.#context = context;
  }

  get total(): number {
    return this.#total;
  }

  /** A datum was added to the batch. */
  add(datum: T): void {
    if (this.#context.onUndelivered !== undefined) this.#batch.push(datum);
  }

  /** The batch is complete. @param wasDelivered whether there were consumers */
  end(count: number, wasDelivered: boolean): void {
    const datums = this.#batch;
    if (datums.length > 0) this.#batch = [];
    if (wasDelivered) return;
    const { events, counter, onUndelivered } = this.#context;
    this.#total += count;
    counter.add(count);
    events.emit({ kind: "undelivered", count });
    for (const datum of datums) {
      try {
        onUndelivered!(datum);
      } catch (error) {
        this.#context.report(error);
      }
    }
  }
}
