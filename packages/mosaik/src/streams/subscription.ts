import { CLOSE, type CloseCode, type Link } from "../network/index.js";
import type { Runtime } from "../runtime/index.js";
import type { Batch } from "./batch.js";
import type { Channel } from "./channel.js";

/** Bytes that may wait for one consumer before `send` waits for it. */
const QUEUE_BYTES_MAX = 1024 * 1024;
/** A consumer that takes nothing for this long while data waits for it is closed with 10413, in ms (DESIGN §9). */
const NO_PROGRESS_LIMIT_MS = 5000;
const PROGRESS_CHECK_MS = 500;
/** How long a consumer may take to get what is left when the producer closes, in ms. */
const DRAIN_TIMEOUT_MS = 1000;

/** What a subscription tells its producer. */
export interface SubscriptionEvents {
  /** The consumer took a batch, which may have made room. */
  onTaken(batch: Batch): void;
  onEnd(): void;
}

/** The producer's side of one consumer: what waits for it, and whether it makes progress. */
export class Subscription {
  readonly channel: Channel;
  readonly link: Link;
  readonly #runtime: Runtime;
  readonly #events: SubscriptionEvents;
  #queuedDatums = 0;
  #cancelStallTimer: (() => void) | undefined;

  constructor(runtime: Runtime, channel: Channel, link: Link, events: SubscriptionEvents) {
    this.#runtime = runtime;
    this.channel = channel;
    this.link = link;
    this.#events = events;
    void link.closed.then(() => {
      this.#cancelStallTimer?.();
      events.onEnd();
    });
  }

  get hasRoom(): boolean {
    return this.link.writer.queuedBytes < QUEUE_BYTES_MAX;
  }

  /** Datums that the consumer's connection has not taken yet. */
  get queuedDatums(): number {
    return this.#queuedDatums;
  }

  push(batch: Batch): void {
    this.#queuedDatums += batch.datums;
    this.link.sendFrames(batch.frames, batch.payloadBytes, () => {
      this.#queuedDatums -= batch.datums;
      this.channel.datums += batch.datums;
      this.channel.bytes += batch.payloadBytes;
      this.#events.onTaken(batch);
    });
    if (this.link.writer.queuedBytes > 0) this.#watchProgress();
  }

  /**
   * Hands over what is left and ends the stream: a consumer that has read to that end closes the connection, Rust's with 103. Our own
   * close would discard what its transport holds unread, so it comes only when the consumer takes too long.
   */
  async drain(reason: CloseCode): Promise<void> {
    const cancelTimer = this.#runtime.after(DRAIN_TIMEOUT_MS, () => this.link.close(reason));
    // A consumer that goes away meanwhile ends the wait as well: nothing more can be done for it.
    await this.link.writer.finish().catch(() => {});
    await this.link.closed;
    cancelTimer();
  }

  /** While bytes wait, looks every now and then whether some were taken. */
  #watchProgress(): void {
    if (this.#cancelStallTimer !== undefined) return;
    const { writer } = this.link;
    const monoMs = (): number => this.#runtime.monoMs();
    let taken = writer.takenBytes;
    let sinceMs = monoMs();
    const check = (): void => {
      this.#cancelStallTimer = undefined;
      if (writer.queuedBytes === 0) return;
      if (writer.takenBytes !== taken) {
        taken = writer.takenBytes;
        sinceMs = monoMs();
      } else if (monoMs() - sinceMs >= NO_PROGRESS_LIMIT_MS) {
        return this.link.close(CLOSE.streamTooSlow);
      }
      this.#cancelStallTimer = this.#runtime.after(PROGRESS_CHECK_MS, check);
    };
    this.#cancelStallTimer = this.#runtime.after(PROGRESS_CHECK_MS, check);
  }
}
