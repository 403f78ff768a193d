import { abortReason } from "./link-signals.js";

/** Reported in place of events that a slow reader missed. */
export interface Lagged {
  readonly kind: "lagged";
  /** How many events were dropped. */
  readonly missed: number;
}

/** How a reader takes events. */
export interface ReadOptions {
  /** Ends the reading: the wait under way, and each after it, rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** What a reader loses that is behind by more than the backlog: the oldest events, or all that it has not read. Default: the oldest. */
  readonly whenBehind?: "dropOldest" | "dropAll";
}

/**
 * Sends events to any number of readers. Each reads at its own pace from a backlog of its own; a reader that falls behind by
 * more than the backlog loses the oldest events, or all of them, and is told how many.
 */
export class EventHub<E> {
  readonly #backlog: number;
  readonly #onEvent: ((event: E) => void) | undefined;
  readonly #readers = new Set<EventReader<E>>();
  #closed = false;

  /**
   * @param backlog how many unread events are kept for each reader
   * @param onEvent told of each event before the readers
   */
  constructor(backlog = 1024, onEvent?: (event: E) => void) {
    this.#backlog = backlog;
    this.#onEvent = onEvent;
  }

  emit(event: E): void {
    this.#onEvent?.(event);
    for (const reader of this.#readers) reader.push(event);
  }

  /** The events from now on. Ends when the hub is closed, or when the reader is left. */
  events(options: ReadOptions = {}): AsyncIterableIterator<E | Lagged> {
    const reader: EventReader<E> = new EventReader<E>(this.#backlog, options, () => this.#readers.delete(reader));
    if (this.#closed) reader.end();
    else if (options.signal?.aborted !== true) this.#readers.add(reader);
    return reader;
  }

  /** Ends every reader once it has read what is left. */
  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
  }
}

interface Waiting<E> {
  readonly resolve: (result: IteratorResult<E | Lagged>) => void;
  readonly reject: (reason: Error) => void;
}

class EventReader<E> implements AsyncIterableIterator<E | Lagged> {
  readonly #capacity: number;
  readonly #dropsAll: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #onLeave: () => void;
  #queue: E[] = [];
  #missed = 0;
  #ended = false;
  #waiting: Waiting<E>[] = [];

  constructor(capacity: number, { signal, whenBehind }: ReadOptions, onLeave: () => void) {
    this.#capacity = capacity;
    this.#dropsAll = whenBehind === "dropAll";
    this.#signal = signal;
    this.#onLeave = onLeave;
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  push(event: E): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting.resolve({ done: false, value: event });
    this.#queue.push(event);
    if (this.#queue.length > this.#capacity) {
      this.#missed += this.#dropsAll ? this.#queue.length : 1;
      if (this.#dropsAll) this.#queue = [];
      else this.#queue.shift();
    }
  }

  end(): void {
    this.#ended = true;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    for (const { resolve } of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<E | Lagged>> {
    if (this.#signal?.aborted && !this.#ended) return Promise.reject(abortReason(this.#signal));
    if (this.#missed > 0) {
      const missed = this.#missed;
      this.#missed = 0;
      return Promise.resolve({ done: false, value: { kind: "lagged", missed } });
    }
    if (this.#queue.length > 0) return Promise.resolve({ done: false, value: this.#queue.shift()! });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<E | Lagged>> {
    this.#onLeave();
    this.#queue = [];
    this.#missed = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  readonly #onAbort = (): void => {
    this.#onLeave();
    this.#queue = [];
    for (const { reject } of this.#waiting.splice(0)) reject(abortReason(this.#signal!));
  };
}
