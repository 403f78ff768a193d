import { MemoryInbox } from "./memory-inbox.js";

/** How many streams of one kind a side may open: what the peer allows, less those that are open. */
export class StreamSlots {
  #free: number;
  readonly #granted = new MemoryInbox<undefined>();
  #waitCount = 0;

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Resolves once another stream may be opened. */
  take(): Promise<undefined> {
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve(undefined);
    }
    this.#waitCount++;
    return this.#granted.take();
  }

  /** The peer is done with a stream. */
  release(): void {
    if (this.#waitCount === 0) {
      this.#free++;
    } else {
      this.#waitCount--;
      this.#granted.push(undefined);
    }
  }

  /** The connection ended. */
  end(failure: () => Promise<never>): void {
    this.#free = 0;
    this.#granted.end(failure, false);
  }
}

/** The streams of one kind that the peer opens. The first byte of one shows it, and with it all that were opened before. */
export class IncomingStreams<T> {
  readonly #hidden: T[] = [];
  #openedCount = 0;
  readonly #inbox = new MemoryInbox<T>();

  /** The peer opened a stream, which nobody knows yet. @returns shows it; harmless when repeated */
  add(stream: T): () => void {
    const ordinal = this.#openedCount++;
    this.#hidden.push(stream);
    return () => {
      while (this.#openedCount - this.#hidden.length <= ordinal) this.#inbox.push(this.#hidden.shift()!);
    };
  }

  /** The next stream that was shown. */
  take(): Promise<T> {
    return this.#inbox.take();
  }

  /** The connection ended; streams that were shown before can still be taken if `keepsItems`. */
  end(failure: () => Promise<never>, keepsItems: boolean): void {
    this.#inbox.end(failure, keepsItems);
  }
}

/** The streams of one kind on one side of a connection: those that it opens and those that its peer opens. */
export class StreamKind<T> {
  readonly slots: StreamSlots;
  readonly incoming = new IncomingStreams<T>();

  constructor(outgoingStreamsMax: number) {
    this.slots = new StreamSlots(outgoingStreamsMax);
  }

  /** The connection ended. */
  end(failure: () => Promise<never>, keepsItems: boolean): void {
    this.slots.end(failure);
    this.incoming.end(failure, keepsItems);
  }
}
