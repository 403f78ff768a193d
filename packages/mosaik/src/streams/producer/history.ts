import type { StreamHandshake, StreamPosition } from "../protocol.js";
import type { Batch } from "./batch.js";
import type { ProducerConfig } from "./config.js";
import { Tail } from "./tail.js";

/** Where the stream begins for a consumer. */
export interface Beginning {
  /** The number before that of the first datum; `undefined` for one that did not ask, or cannot be told. */
  readonly position: StreamPosition | undefined;
  /** What goes out before anything that is sent from now on. */
  readonly missed: readonly Batch[];
}

/** What a producer has sent: how much, and the end of it (spec 08 §4). Pure. */
export class History {
  readonly #epoch: bigint;
  readonly #tail: Tail | undefined;
  readonly #isCounted: boolean;
  #sequence = 0;

  /** @param epoch names this life of the producer: random */
  constructor(epoch: bigint, { lag, resume }: ProducerConfig) {
    this.#epoch = epoch;
    this.#tail = resume === undefined ? undefined : new Tail(resume);
    // What is dropped for one consumer only is not counted: nobody could say what it has.
    this.#isCounted = lag === "wait" || lag === "disconnect";
  }

  /** Datums sent so far. */
  get sequence(): number {
    return this.#sequence;
  }

  append(batch: Batch, nowMs: number): void {
    this.#sequence += batch.datums;
    this.#tail?.append(batch, nowMs);
  }

  /** Where the stream begins for a consumer that comes now. @param resume what it asks for */
  beginning(resume: StreamHandshake["resume"], nowMs: number): Beginning {
    if (resume === undefined || !this.#isCounted) return { position: undefined, missed: [] };
    const { after } = resume;
    if (this.#tail === undefined || after?.epoch !== this.#epoch || after.sequence > this.#sequence) {
      return { position: { epoch: this.#epoch, sequence: this.#sequence }, missed: [] };
    }
    const { sequence, batches } = this.#tail.after(after.sequence, nowMs);
    return { position: { epoch: this.#epoch, sequence }, missed: batches };
  }
}
