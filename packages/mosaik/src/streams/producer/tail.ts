import type { Batch } from "./batch.js";
import { Outbox } from "./outbox.js";

/** How much of what was sent a producer keeps for consumers that come back. */
export interface ResumeWindow {
  /** Datums. Default: 65 536. */
  readonly windowItems?: number;
  /** Bytes, frame headers included. Default: 8 MiB. */
  readonly windowBytes?: number;
  /** How long, in ms. Default: 60 000. */
  readonly windowMs?: number;
}

/** Moments that are remembered of a window: its age is known to this fraction. */
const MARKS = 64;

/** The end of what a producer has sent (spec 08 §4). Pure. */
export class Tail {
  readonly #window: Required<ResumeWindow>;
  readonly #kept = new Outbox();
  /** When which datum had been sent: ascending. */
  #marks: { readonly sequence: number; readonly atMs: number }[] = [];
  #sequence = 0;

  constructor(window: Required<ResumeWindow>) {
    this.#window = window;
  }

  /** The next datums were sent. */
  append(batch: Batch, nowMs: number): void {
    this.#sequence += batch.datums;
    this.#kept.push(batch);
    const last = this.#marks[this.#marks.length - 1];
    if (last === undefined || nowMs - last.atMs >= this.#window.windowMs / MARKS) {
      this.#marks.push({ sequence: this.#sequence, atMs: nowMs });
    } else {
      this.#marks[this.#marks.length - 1] = { sequence: this.#sequence, atMs: last.atMs };
    }
    this.#trim(nowMs);
  }

  /**
   * What is kept behind a datum.
   *
   * @param sequence the number of that datum
   * @returns the batches, and the number before that of their first datum: a greater one than asked for where not all is kept
   */
  after(sequence: number, nowMs: number): { readonly sequence: number; readonly batches: Batch[] } {
    this.#trim(nowMs);
    const oldest = this.#sequence - this.#kept.datums;
    const from = Math.max(oldest, sequence);
    return { sequence: from, batches: this.#kept.from(from - oldest) };
  }

  #trim(nowMs: number): void {
    const { windowItems, windowBytes, windowMs } = this.#window;
    while (this.#marks.length > 0 && nowMs - this.#marks[0]!.atMs > windowMs) {
      const { sequence } = this.#marks.shift()!;
      this.#kept.drop(Math.max(0, sequence - (this.#sequence - this.#kept.datums)));
    }
    this.#kept.dropOldest(windowItems, windowBytes);
    if (this.#kept.bytes > windowBytes) this.#kept.clear();
  }
}
