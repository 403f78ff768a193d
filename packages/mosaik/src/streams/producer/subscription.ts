import { CLOSE, FRAME_HEADER_BYTES, frameEnd, type CloseCode } from "../../network/index.js";
import type { CloseInfo, Runtime } from "../../runtime/index.js";
import type { Carrier } from "../carrier.js";
import type { Channel } from "../channel.js";
import type { Batch } from "./batch.js";
import type { ProducerConfig } from "./config.js";
import { Outbox } from "./outbox.js";
import { ProgressWatch } from "./progress-watch.js";

/** What a subscription tells its producer. */
export interface SubscriptionEvents {
  /** The consumer's connection took datums. */
  onTaken(datums: number, payloadBytes: number): void;
  /** With the policy `wait`: there is no room for more, or there is again. */
  onFull(isFull: boolean): void;
  /** The consumer's queue was full: so many datums are not for it. */
  onDropped(count: number): void;
  /** @param lost datums that waited for the consumer */
  onEnd(info: CloseInfo, lost: number): void;
}

/** Codes with which a consumer leaves of its own accord. */
const LEAVING = new Set<number>([CLOSE.cancelled.code, CLOSE.success.code, CLOSE.gracefulShutdown.code]);

/**
 * Codes with which a consumer closes that has read the stream to its end, ours and Rust's: whatever else ends a subscription has another
 * code (docs/decisions/012-confirmed-drains.md).
 */
const READ_TO_END = new Set<number>([CLOSE.gracefulShutdown.code, CLOSE.unexpectedClose.code]);

/** The producer's side of one consumer: what waits for it, by the lag policy, and whether it makes progress. */
export class Subscription {
  readonly channel: Channel;
  readonly carrier: Carrier;
  readonly #runtime: Runtime;
  readonly #config: ProducerConfig;
  readonly #events: SubscriptionEvents;
  readonly #outbox = new Outbox();
  readonly #progress: ProgressWatch;
  /** What the connection is taking. */
  #current: Batch | undefined;
  /** How many bytes the connection has taken once it has all of that. */
  #currentEndBytes = 0;
  #isPumping = false;
  #isFull = false;
  /** Datums of before its time that still wait. */
  #missed = 0;
  #missedBytes = 0;
  /** It takes no more datums. */
  #isClosing = false;
  /** Datums that waited for the consumer when it was gone, and those that came then. */
  #lost = 0;
  /** The end of the stream is on its way. */
  #isFinishing = false;
  #onEmpty: (() => void) | undefined;

  constructor(
    runtime: Runtime,
    config: ProducerConfig,
    channel: Channel,
    carrier: Carrier,
    events: SubscriptionEvents,
  ) {
    this.#runtime = runtime;
    this.#config = config;
    this.channel = channel;
    this.carrier = carrier;
    this.#events = events;
    this.#progress = new ProgressWatch(runtime, carrier.writer, config.noProgressLimitMs, () =>
      this.close(CLOSE.streamTooSlow),
    );
    void carrier.closed.then((info) => this.#end(info));
  }

  /** Datums that may be pushed before it is full; only with the policy `wait` less than the whole buffer. */
  get roomItems(): number {
    const { lag, bufferItems } = this.#config;
    return lag === "wait" ? bufferItems - this.#outbox.datums : bufferItems;
  }

  /** Bytes that may be pushed before it is full, and the datum that crosses the limit. */
  get roomBytes(): number {
    const { lag, bufferBytes } = this.#config;
    return lag === "wait" ? bufferBytes - this.#outbox.bytes : bufferBytes;
  }

  /**
   * Begins: the first frame goes out, then what the consumer missed, then what is pushed.
   *
   * @param first `undefined` where nothing needs to be said
   * @param onStarted called once its connection has the first frame
   */
  start(first: Uint8Array | undefined, missed: readonly Batch[], onStarted: () => void): void {
    for (const batch of missed) {
      this.#outbox.push(batch);
      this.#missed += batch.datums;
      this.#missedBytes += batch.frames.length;
    }
    // What is pushed from within `onStarted` goes behind what it missed.
    if (first === undefined) onStarted();
    else this.carrier.sendFrames(first, first.length - FRAME_HEADER_BYTES, onStarted);
    this.#pump();
  }

  push(batch: Batch): void {
    if (this.#isClosing) {
      this.#lost += batch.datums;
      return;
    }
    if (this.#current !== undefined || !this.#outbox.isEmpty) this.#enqueue(batch);
    else {
      batch.shared?.retain();
      this.#write(batch);
    }
    this.#progress.begin();
    this.#review();
  }

  /**
   * Hands over what is left and ends the stream: a consumer that has read to that end closes, Rust's with 103. Our own close would
   * discard what its transport holds unread, so it comes only when the consumer takes too long.
   *
   * @returns whether the consumer has confirmed that it has everything
   */
  async drain(): Promise<boolean> {
    const { carrier } = this;
    const cancelTimer = this.#runtime.after(this.#config.drainTimeoutMs, () => this.close(CLOSE.gracefulShutdown));
    if (!this.#isClosing && !this.#isEmpty) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
    this.#isFinishing = true;
    // A consumer that goes away meanwhile ends the wait as well: nothing more can be done for it.
    await carrier.writer.finish().catch(() => {});
    const info = await carrier.closed;
    cancelTimer();
    return this.#hasReadToEnd(info);
  }

  /** Ends the subscription at once; what waits for the consumer is lost. */
  close(reason: CloseCode): void {
    this.#isClosing = true;
    this.#review();
    this.carrier.close(reason);
  }

  /** Whether the end of the subscription leaves nothing open: the consumer read to the end, or wanted no more. */
  isOrderly(info: CloseInfo): boolean {
    return this.#hasReadToEnd(info) || (this.#lost === 0 && info.by === "peer" && LEAVING.has(info.code));
  }

  #hasReadToEnd(info: CloseInfo): boolean {
    return this.#isFinishing && this.#lost === 0 && info.by === "peer" && READ_TO_END.has(info.code);
  }

  get #isEmpty(): boolean {
    return this.#current === undefined && this.#outbox.isEmpty;
  }

  #enqueue(batch: Batch): void {
    const { lag, bufferItems, bufferBytes } = this.#config;
    const outbox = this.#outbox;
    switch (lag) {
      case "wait":
        return outbox.push(batch);
      case "disconnect":
        outbox.push(batch);
        if (outbox.datums > bufferItems + this.#missed || outbox.bytes > bufferBytes + this.#missedBytes) {
          this.close(CLOSE.streamTooSlow);
        }
        return;
      case "dropOldest":
        outbox.push(batch);
        return this.#dropped(outbox.dropOldest(bufferItems, bufferBytes));
      case "dropNewest":
        return this.#dropped(outbox.pushWhileRoom(batch, bufferItems, bufferBytes));
    }
  }

  #dropped(count: number): void {
    if (count === 0) return;
    this.channel.dropped += count;
    this.#events.onDropped(count);
  }

  /** @param batch held by this subscription until the connection has it */
  #write(batch: Batch): void {
    const { writer } = this.carrier;
    this.#current = batch;
    this.#currentEndBytes = writer.takenBytes + writer.queuedBytes + batch.frames.length;
    this.carrier.sendFrames(batch.frames, batch.payloadBytes, this.#onTaken);
  }

  readonly #onTaken = (): void => {
    const { datums, payloadBytes, shared } = this.#current!;
    this.#current = undefined;
    if (!this.carrier.passesOn) shared?.release();
    this.#taken(datums, payloadBytes);
    if (!this.#isPumping) this.#pump();
    if (this.#isEmpty) this.#onEmpty?.();
  };

  #pump(): void {
    this.#isPumping = true;
    while (this.#current === undefined) {
      const batch = this.#outbox.shift();
      if (batch === undefined) break;
      this.#missed = Math.max(0, this.#missed - batch.datums);
      this.#missedBytes = Math.max(0, this.#missedBytes - batch.frames.length);
      this.#write(batch);
    }
    this.#isPumping = false;
    this.#progress.begin();
    this.#review();
  }

  #taken(datums: number, payloadBytes: number): void {
    this.channel.datums += datums;
    this.channel.bytes += payloadBytes;
    this.#events.onTaken(datums, payloadBytes);
  }

  /** Brings what others see of the queue up to date. */
  #review(): void {
    const { channel } = this;
    channel.queued = this.#outbox.datums + (this.#current?.datums ?? 0);
    channel.queuedBytes = this.#outbox.bytes + (this.#current?.frames.length ?? 0);
    const isFull = !this.#isClosing && (this.roomItems <= 0 || this.roomBytes <= 0);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#events.onFull(isFull);
  }

  #end(info: CloseInfo): void {
    this.#isClosing = true;
    this.#progress.end();
    this.#lost += this.#outbox.clear() + this.#settleCurrent();
    this.channel.dropped += this.#lost;
    this.channel.disconnected("terminated");
    this.#onEmpty?.();
    this.#review();
    this.#events.onEnd(info, this.#lost);
  }

  /** Counts the datums that the connection had taken as taken. @returns how many it had not */
  #settleCurrent(): number {
    const batch = this.#current;
    if (batch === undefined) return 0;
    this.#current = undefined;
    const { frames } = batch;
    const takenBytes = Math.max(0, frames.length - (this.#currentEndBytes - this.carrier.writer.takenBytes));
    let taken = 0;
    let payloadBytes = 0;
    for (let start = 0; start < frames.length; taken++) {
      const end = frameEnd(frames, start);
      if (end > takenBytes) break;
      payloadBytes += end - start - FRAME_HEADER_BYTES;
      start = end;
    }
    this.#taken(taken, payloadBytes);
    return batch.datums - taken;
  }
}
