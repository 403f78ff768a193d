import type { Codec } from "@mosaik/postcard";
import type { StreamId } from "../../primitives/index.js";
import type { ChannelInfo } from "../channel.js";
import { StreamError } from "../errors.js";
import type { ProducerEvents } from "../events.js";
import type { When } from "../when.js";
import type { FanOut, ProducerStats } from "./fan-out.js";
import type { DrainReport } from "./subscribers.js";

const SENT = Promise.resolve();

/** How a send may be given up. */
export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Produces one stream: every datum is encoded once and goes to every connected consumer, in order. `send` waits for room, so that with
 * the default policy nothing is lost while a consumer is connected.
 *
 * A process may have several producers of one stream. They send to the same consumers, by the options of the first, and the stream ends
 * with the last of them.
 */
export class Producer<T> {
  readonly #fanOut: FanOut<T>;
  readonly #onClose: () => Promise<DrainReport> | undefined;
  #isClosed = false;
  #closing: Promise<DrainReport> | undefined;

  /** @param onClose this producer is closed; returns what the end of the stream comes to if it was the last */
  constructor(fanOut: FanOut<T>, onClose: () => Promise<DrainReport> | undefined) {
    this.#fanOut = fanOut;
    this.#onClose = onClose;
  }

  /** The stream's id. */
  get streamId(): StreamId {
    return this.#fanOut.streamId;
  }

  /** How its datums are written. */
  get codec(): Codec<T> {
    return this.#fanOut.codec;
  }

  /** Whether the online condition holds. */
  get isOnline(): boolean {
    return !this.#isClosed && this.#fanOut.isOnline;
  }

  /** Conditions to wait for. */
  when(): When {
    return this.#fanOut.when();
  }

  /** The subscribed consumers, those that are still connecting included. */
  consumers(): ChannelInfo[] {
    return this.#fanOut.consumers();
  }

  /** What all producers of the stream in this process have sent together. */
  stats(): ProducerStats {
    return this.#fanOut.stats();
  }

  /** What happens to the stream's consumers from now on. @param options.signal ends the reading, with the signal's reason */
  events(options: SendOptions = {}): ProducerEvents {
    return this.#fanOut.events(options);
  }

  /**
   * Sends a datum to every connected consumer. Waits while the producer is offline or, with the policy `wait`, a consumer's queue is
   * full; in a loop, `await` it. Resolved means: encoded, and queued for each consumer in the order of the calls.
   *
   * @throws StreamError `closed`, `encoding`, `tooLarge`, with the datum; the signal's reason
   */
  send(datum: T, options?: SendOptions): Promise<void> {
    const fanOut = this.#fanOut;
    if (this.#isClosed || fanOut.isClosed) return Promise.reject(fanOut.closedError(datum));
    if (!fanOut.isReady) return fanOut.enqueueLater(this, datum, options?.signal);
    try {
      fanOut.enqueue(datum);
      return SENT;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends a datum if that is possible at once.
   *
   * @throws StreamError `offline`, `full`, `closed`, `encoding`, `tooLarge`, with the datum
   */
  trySend(datum: T): void {
    const fanOut = this.#fanOut;
    if (this.#isClosed || fanOut.isClosed) throw fanOut.closedError(datum);
    if (!fanOut.isOnline) throw new StreamError("offline", `stream ${this.streamId.short()} is offline`, { datum });
    if (!fanOut.hasRoom) {
      throw new StreamError("full", `a consumer of stream ${this.streamId.short()} has a full queue`, { datum });
    }
    fanOut.enqueue(datum);
  }

  /**
   * Sends datums one after another, waiting as `send` does. Those that come from elsewhere meanwhile may go in between.
   *
   * @throws as `send`, for the first that fails; those before it are sent, those behind it are not
   */
  async sendBatch(datums: Iterable<T>, options?: SendOptions): Promise<void> {
    for (const datum of datums) {
      const sending = this.send(datum, options);
      if (sending !== SENT) await sending;
    }
  }

  /**
   * The producer as a web stream: what is written is sent, with back-pressure; closing it, or aborting it, closes this producer.
   * Call it once: a producer has one end.
   */
  get writable(): WritableStream<T> {
    return new WritableStream<T>({
      write: (datum) => this.send(datum),
      close: async () => void (await this.close()),
      abort: async () => void (await this.close()),
    });
  }

  /**
   * Closes this producer: its waiting and later sends fail with `closed`. With the last one of the process the stream ends: consumers get
   * what was sent, for as long as `drainTimeoutMs`, and are closed with 204; then it is no longer advertised.
   *
   * @returns which consumers have confirmed that they have everything; nobody where the stream goes on
   */
  close(): Promise<DrainReport> {
    if (this.#closing === undefined) {
      this.#isClosed = true;
      this.#fanOut.release(this);
      this.#closing = this.#onClose() ?? Promise.resolve({ confirmed: [], unconfirmed: [] });
    }
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
