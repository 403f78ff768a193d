/** Reported in place of events that a slow reader missed. */
export interface Lagged {
  readonly kind: "lagged";
  /** How many events were dropped. */
  readonly missed: number;
}

/**
 * Sends events to any number of readers. Each reads at its own pace from a backlog of its own; a reader that falls behind by
 * more than the backlog loses the oldest events and is told how many.
 */
export class EventHub<E> {
  readonly #backlog: number;
  readonly #readers = new Set<EventReader<E>>();
  #closed = false;

  /** @param backlog how many unread events are kept for each reader */
  constructor(backlog = 1024) {
    this.#backlog = backlog;
  }

  emit(event: E): void {
    for (const reader of this.#readers) reader.push(event);
  }

  /** The events from now on. Ends when the hub is closed, or when the reader is left. */
  events(): AsyncIterableIterator<E | Lagged> {
    const reader: EventReader<E> = new EventReader<E>(this.#backlog, () => this.#readers.delete(reader));
    if (this.#closed) reader.end();
    else this.#readers.add(reader);
    return reader;
  }

  /** Ends every reader once it has read what is left. */
  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
  }
}

class EventReader<E> implements AsyncIterableIterator<E | Lagged> {
  readonly #capacity: number;
  readonly #onReturn: () => void;
  #queue: E[] = [];
  #missed = 0;
  #ended = false;
  #waiting: ((result: IteratorResult<E | Lagged>) => void)[] = [];

  constructor(capacity: number, onReturn: () => void) {
    this.#capacity = capacity;
    this.#onReturn = onReturn;
  }

  push(event: E): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting({ done: false, value: event });
    this.#queue.push(event);
    if (this.#queue.length > this.#capacity) {
      this.#queue.shift();
      this.#missed++;
    }
  }

  end(): void {
    this.#ended = true;
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<E | Lagged>> {
    if (this.#missed > 0) {
      const missed = this.#missed;
      this.#missed = 0;
      return Promise.resolve({ done: false, value: { kind: "lagged", missed } });
    }
    if (this.#queue.length > 0) return Promise.resolve({ done: false, value: this.#queue.shift()! });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<E | Lagged>> {
    this.#onReturn();
    this.#queue = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
