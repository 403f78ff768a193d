import { EncodeError, type Codec } from "@mosaik/postcard";
import { CLOSE, type Link, type LocalNode, type PeerEntry } from "../network/index.js";
import { abortReason, type StreamId } from "../primitives/index.js";
import { BatchWriter, type Batch } from "./batch.js";
import { Channel, type ChannelInfo } from "./channel.js";
import { StreamError } from "./errors.js";
import { streamHandshakeCodec } from "./protocol.js";
import { Subscription } from "./subscription.js";
import { ChannelWatch, When, type ChannelCondition, type OnlineWhen } from "./when.js";

/** A batch is handed on when it has grown to this, or at the end of the turn. */
const BATCH_BYTES = 64 * 1024;
/** `send` lets other work run after so long without a pause, in ms. */
const TURN_MS = 4;
const SENT = Promise.resolve();

export interface ProducerOptions {
  /** When the producer counts as online. Default: with at least one connected consumer. */
  readonly onlineWhen?: OnlineWhen;
  /** Consumers beyond this number are refused with 10509. Default: no limit. */
  readonly maxConsumers?: number;
}

/** What a producer needs of its surroundings. */
export interface ProducerContext {
  readonly node: LocalNode;
  readonly frameLimitBytes: number;
  /** The producer begins to close: it takes no more consumers. */
  onClosing(): void;
  /** Its consumers have what was sent. Who hears before that that the stream is gone leaves without the rest. */
  onDrained(): void;
}

interface Waiter {
  readonly wake: () => void;
}

/**
 * One stream that this node produces (spec 04 §3.4-3.6): every datum is encoded once and goes to every connected consumer, in order.
 * `send` waits for room, so that nothing is lost while a consumer is connected.
 */
export class Producer<T> {
  readonly streamId: StreamId;
  readonly codec: Codec<T>;
  readonly #context: ProducerContext;
  readonly #maxConsumers: number;
  readonly #batch: BatchWriter<T>;
  readonly #subscriptions = new Set<Subscription>();
  readonly #watch: ChannelWatch;
  readonly #onlineCondition: ChannelCondition;
  readonly #metrics;
  #isOnline = false;
  /** Nothing stands in the way of `send`. */
  #isReady = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  #waiters: Waiter[] = [];
  #isFlushScheduled = false;
  #turnStartMs = 0;
  #needsPause = false;

  constructor(context: ProducerContext, streamId: StreamId, codec: Codec<T>, options: ProducerOptions) {
    this.#context = context;
    this.streamId = streamId;
    this.codec = codec;
    this.#maxConsumers = options.maxConsumers ?? Infinity;
    if (!(this.#maxConsumers >= 0)) {
      throw new StreamError("invalidOption", `maxConsumers must not be ${String(options.maxConsumers)}`);
    }
    this.#batch = new BatchWriter(codec);
    this.#watch = new ChannelWatch(
      (error, where) => context.node.runtime.report(error, where),
      () => this.#channels(),
    );
    const subscribed = this.when().subscribed();
    this.#onlineCondition = options.onlineWhen?.(subscribed) ?? subscribed;
    const { metrics } = context.node;
    const labels = { stream: streamId.short() };
    this.#metrics = {
      consumers: metrics.gauge("mosaik.streams.producer.consumers", labels),
      accepted: metrics.counter("mosaik.streams.producer.consumers.accepted", labels),
      rejected: metrics.counter("mosaik.streams.producer.consumers.rejected", labels),
      sent: metrics.counter("mosaik.streams.producer.items.sent", labels),
      dropped: metrics.counter("mosaik.streams.producer.items.dropped", labels),
      undelivered: metrics.counter("mosaik.streams.producer.items.undelivered", labels),
      bytes: metrics.counter("mosaik.streams.producer.bytes.sent", labels),
      encoded: metrics.counter("mosaik.streams.producer.items.encoded", labels),
    };
    this.#update();
  }

  /** Whether the online condition holds. */
  get isOnline(): boolean {
    return this.#isOnline;
  }

  when(): When {
    return new When(this.#watch, () => this.#isOnline);
  }

  /** The subscribed consumers, those that are still connecting included. */
  consumers(): ChannelInfo[] {
    const nowMs = this.#context.node.runtime.monoMs();
    return [...this.#subscriptions].map(({ channel }) => channel.info(nowMs));
  }

  /**
   * Sends a datum to every connected consumer. Waits while the producer is offline or a consumer's queue is full; in a loop,
   * `await` it. Resolved means: encoded, and queued for each consumer in the order of the calls.
   *
   * @throws StreamError `closed`, `encoding`, `tooLarge`, with the datum; the signal's reason
   */
  send(datum: T, options: { signal?: AbortSignal } = {}): Promise<void> {
    if (!this.#isReady || this.#waiters.length > 0) return this.#sendLater(datum, options.signal);
    try {
      this.#enqueue(datum);
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
    if (this.#isClosed) throw this.#closedError(datum);
    if (!this.#isOnline) throw new StreamError("offline", `stream ${this.streamId.short()} is offline`, { datum });
    if (!this.#hasRoom()) {
      throw new StreamError("full", `a consumer of stream ${this.streamId.short()} has a full queue`, { datum });
    }
    this.#enqueue(datum);
  }

  /**
   * Ends the stream: consumers get what was sent, for at most a second, and are closed with 204; then it is no longer advertised.
   * Waiting and later sends fail with `closed`.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Takes a consumer whose handshake was checked, or refuses it with a close code. */
  admit(link: Link, peer: PeerEntry): void {
    if (this.#isClosed) return this.#refuse(link, CLOSE.streamNotFound);
    if (this.#subscriptions.size >= this.#maxConsumers) return this.#refuse(link, CLOSE.streamNoCapacity);
    const { node } = this.#context;
    const channel = new Channel(this.streamId, node.id, peer.id, peer);
    // Those who are here already get what is encoded so far; the newcomer begins behind it.
    this.#flush();
    const subscription = new Subscription(node.runtime, channel, link, {
      onTaken: (batch) => this.#onTaken(batch),
      onEnd: () => this.#onEnd(subscription),
    });
    this.#subscriptions.add(subscription);
    this.#metrics.accepted.add();
    this.#metrics.consumers.set(this.#subscriptions.size);
    const start = link.send(streamHandshakeCodec, { network: node.networkId, stream: this.streamId });
    start.then(
      () => {
        channel.connected(node.runtime.monoMs());
        this.#update();
      },
      // The link is closed then, and `onEnd` sees to the rest.
      () => {},
    );
  }

  #refuse(link: Link, reason: { code: number; name: string }): void {
    this.#metrics.rejected.add();
    link.close(reason);
  }

  #enqueue(datum: T): void {
    let payloadBytes: number;
    try {
      payloadBytes = this.#batch.add(datum);
    } catch (cause) {
      if (!(cause instanceof EncodeError)) throw cause;
      throw new StreamError("encoding", `not a datum of stream ${this.streamId.short()}: ${cause.message}`, {
        datum,
        cause,
      });
    }
    if (payloadBytes > this.#context.frameLimitBytes) {
      this.#batch.undo(payloadBytes);
      throw new StreamError("tooLarge", `a datum of ${payloadBytes} bytes is over the frame limit`, { datum });
    }
    if (!this.#isFlushScheduled) this.#scheduleFlush();
    if (this.#batch.length >= BATCH_BYTES) {
      this.#flush();
      const { runtime } = this.#context.node;
      if (runtime.monoMs() - this.#turnStartMs > TURN_MS) this.#needsPause = true;
      this.#isReady = this.#isOnline && !this.#needsPause && this.#hasRoom();
    }
  }

  #sendLater(datum: T, signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        wake: () => {
          signal?.removeEventListener("abort", onAbort);
          if (this.#isClosed) return reject(this.#closedError(datum));
          try {
            this.#enqueue(datum);
            resolve();
          } catch (error) {
            reject(error);
          }
        },
      };
      const onAbort = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(abortReason(signal!));
      };
      if (this.#isClosed) return reject(this.#closedError(datum));
      if (signal?.aborted) return reject(abortReason(signal));
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  #scheduleFlush(): void {
    const { runtime } = this.#context.node;
    this.#isFlushScheduled = true;
    this.#turnStartMs = runtime.monoMs();
    runtime.soon(() => {
      this.#isFlushScheduled = false;
      this.#needsPause = false;
      this.#flush();
      this.#resume();
    });
  }

  #flush(): void {
    if (this.#batch.isEmpty) return;
    const batch = this.#batch.take();
    this.#metrics.encoded.add(batch.datums);
    if (this.#subscriptions.size === 0) return this.#metrics.undelivered.add(batch.datums);
    for (const subscription of this.#subscriptions) subscription.push(batch);
  }

  #hasRoom(): boolean {
    for (const subscription of this.#subscriptions) if (!subscription.hasRoom) return false;
    return true;
  }

  #onTaken(batch: Batch): void {
    this.#metrics.sent.add(batch.datums);
    this.#metrics.bytes.add(batch.payloadBytes);
    if (!this.#isReady) this.#resume();
  }

  #onEnd(subscription: Subscription): void {
    this.#metrics.dropped.add(subscription.queuedDatums);
    subscription.channel.disconnected("terminated");
    this.#subscriptions.delete(subscription);
    this.#metrics.consumers.set(this.#subscriptions.size);
    this.#update();
  }

  /** Judges the online condition anew, and tells everybody who waits. */
  #update(): void {
    this.#isOnline = !this.#isClosed && this.#onlineCondition.isMet;
    this.#resume();
    this.#watch.changed();
  }

  #resume(): void {
    this.#isReady = this.#isOnline && !this.#needsPause && this.#hasRoom();
    while (this.#isReady && this.#waiters.length > 0) this.#waiters.shift()!.wake();
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    this.#context.onClosing();
    this.#update();
    for (const waiter of this.#waiters.splice(0)) waiter.wake();
    this.#flush();
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.drain(CLOSE.gracefulShutdown)));
    this.#context.onDrained();
    this.#watch.end(this.#closedError(undefined));
  }

  #closedError(datum: T | undefined): StreamError {
    return new StreamError("closed", `the producer of stream ${this.streamId.short()} is closed`, { datum });
  }

  *#channels(): Iterable<Channel> {
    for (const { channel } of this.#subscriptions) yield channel;
  }
}
