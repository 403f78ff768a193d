import { EncodeError, type Codec } from "@mosaik/postcard";
import type { Discovery } from "../../discovery/index.js";
import { CLOSE, publishing, type LocalNode } from "../../network/index.js";
import { EventHub, type StreamId } from "../../primitives/index.js";
import type { ChannelInfo, StreamStats } from "../channel.js";
import { StreamError } from "../errors.js";
import type { ProducerEvent } from "../events.js";
import type { StreamHandshake } from "../protocol.js";
import { ChannelWatch, When, type ChannelCondition } from "../when.js";
import { BatchWriter } from "./batch.js";
import { producerConfig, type ProducerConfig, type ProducerOptions } from "./config.js";
import { History } from "./history.js";
import { producerMetrics, type ProducerMetrics } from "./metrics.js";
import { Senders } from "./senders.js";
import { Subscribers, type Applicant, type DrainReport } from "./subscribers.js";
import type { TurnMember, Turns } from "./turns.js";
import { Undelivered } from "./undelivered.js";
import type { WriterPool } from "./writer-pool.js";

/** A batch is handed on when it has grown to this, or at the end of the turn. */
const BATCH_BYTES = 64 * 1024;

/** What a fan-out needs of its surroundings. */
export interface FanOutContext {
  readonly node: LocalNode;
  readonly discovery: Discovery;
  readonly frameLimitBytes: number;
  readonly pool: WriterPool;
  readonly turns: Turns;
  /** It begins to close: it takes no more consumers. */
  onClosing(): void;
  /** Its consumers have what was sent. Who hears before that that the stream is gone leaves without the rest. */
  onDrained(): void;
}

/** What a producer has sent so far. */
export interface ProducerStats extends StreamStats {
  /** Datums that were sent, each counted once. `datums` and `bytes` count them for each consumer whose connection has taken them. */
  readonly sent: number;
  /** Datums that a consumer did not get: its queue was full, or its subscription ended. Counted for each such consumer. */
  readonly dropped: number;
  /** Datums that were sent while there was no consumer. */
  readonly undelivered: number;
  /** Datums that wait for consumers now, counted for each of them. */
  readonly queued: number;
  readonly queuedBytes: number;
}

/**
 * One stream that this node produces, whatever the number of its `Producer`s (spec 04 §3.4-3.6): every datum is encoded once and goes
 * to every consumer, in order.
 */
export class FanOut<T> implements TurnMember {
  readonly streamId: StreamId;
  readonly codec: Codec<T>;
  readonly config: ProducerConfig;
  readonly #context: FanOutContext;
  readonly #batch: BatchWriter<T>;
  readonly #subscribers: Subscribers;
  readonly #senders = new Senders<T>(() => this.#serveSenders());
  readonly #events: EventHub<ProducerEvent>;
  readonly #watch: ChannelWatch;
  readonly #onlineCondition: ChannelCondition;
  readonly #metrics: ProducerMetrics;
  readonly #undelivered: Undelivered<T>;
  readonly #history: History;
  readonly #openedAtMs: number;
  #isOnline = false;
  #isReady = false;
  #isClosed = false;
  #closing: Promise<DrainReport> | undefined;
  /** What the batch may hold before it is handed on. */
  #batchItems = 0;
  #batchBytes = 0;
  /** How long it may grow before the clock is looked at. */
  #lookBytes = 0;
  #isFlushing = false;

  /** @throws StreamError `invalidOption` */
  constructor(context: FanOutContext, streamId: StreamId, codec: Codec<T>, options: ProducerOptions<T>) {
    const { node, discovery } = context;
    this.#context = context;
    this.streamId = streamId;
    this.codec = codec;
    this.config = producerConfig(options);
    this.#openedAtMs = node.runtime.monoMs();
    const epoch = new DataView(node.runtime.random.bytes(8).buffer).getBigUint64(0);
    this.#history = new History(epoch, this.config);
    this.#batch = new BatchWriter(codec, context.pool);
    this.#events = new EventHub(undefined, publishing(node, "producer", { streamId }));
    this.#metrics = producerMetrics(node.metrics, streamId);
    this.#undelivered = new Undelivered({
      events: this.#events,
      counter: this.#metrics.undelivered,
      onUndelivered: options.onUndelivered,
      report: (error) => node.runtime.report(error, `onUndelivered of stream ${streamId.short()}`),
    });
    this.#subscribers = new Subscribers({
      node,
      streamId,
      config: this.config,
      events: this.#events,
      metrics: this.#metrics,
      rtt: discovery.rtt,
      onChange: () => this.#update(),
      onRoom: () => this.#serveSenders(),
    });
    this.#watch = new ChannelWatch(
      (error, where) => node.runtime.report(error, where),
      () => this.#subscribers.channels(),
    );
    const subscribed = this.when().subscribed();
    this.#onlineCondition = options.onlineWhen?.(subscribed) ?? subscribed;
    this.#update();
  }

  /** Whether the online condition holds. */
  get isOnline(): boolean {
    return this.#isOnline;
  }

  /** Whether `enqueue` may be called right now, with nobody waiting before. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether no consumer's queue is full. */
  get hasRoom(): boolean {
    return !this.#subscribers.isFull;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  when(): When {
    return new When(this.#watch, () => this.#isOnline);
  }

  events(options: { signal?: AbortSignal | undefined }): ReturnType<EventHub<ProducerEvent>["events"]> {
    return this.#events.events(options);
  }

  consumers(): ChannelInfo[] {
    const nowMs = this.#context.node.runtime.monoMs();
    return [...this.#subscribers.channels()].map((channel) => channel.info(nowMs));
  }

  stats(): ProducerStats {
    const { datums, bytes, dropped } = this.#subscribers;
    const sent = this.#history.sequence + this.#batch.datums;
    let queued = 0;
    let queuedBytes = 0;
    for (const channel of this.#subscribers.channels()) {
      queued += channel.queued;
      queuedBytes += channel.queuedBytes;
    }
    const uptimeMs = this.#context.node.runtime.monoMs() - this.#openedAtMs;
    return { sent, datums, bytes, dropped, undelivered: this.#undelivered.total, queued, queuedBytes, uptimeMs };
  }

  /**
   * Encodes a datum and queues it for every consumer.
   *
   * @throws StreamError `encoding`, `tooLarge`, with the datum
   */
  enqueue(datum: T): void {
    const batch = this.#batch;
    let payloadBytes: number;
    try {
      payloadBytes = batch.add(datum);
    } catch (cause) {
      if (!(cause instanceof EncodeError)) throw cause;
      throw new StreamError("encoding", `not a datum of stream ${this.streamId.short()}: ${cause.message}`, {
        datum,
        cause,
      });
    }
    if (payloadBytes > this.#context.frameLimitBytes) {
      batch.undo(payloadBytes);
      throw new StreamError("tooLarge", `a datum of ${payloadBytes} bytes is over the frame limit`, { datum });
    }
    this.#undelivered.add(datum);
    if (batch.datums === 1) this.#context.turns.join(this);
    if (batch.length >= this.#lookBytes || batch.datums >= this.#batchItems) this.#look();
  }

  /** Waits until the datum can be queued. @param owner whose datum it is, for `release` */
  enqueueLater(owner: object, datum: T, signal: AbortSignal | undefined): Promise<void> {
    const waiting = this.#senders.wait(owner, datum, signal);
    this.#isReady &&= this.#senders.isEmpty;
    return waiting;
  }

  /** Takes a consumer, or refuses it with a close code. */
  admit(applicant: Applicant, resume: StreamHandshake["resume"]): void {
    if (this.#isClosed) return this.#subscribers.refuse(applicant.carrier, applicant.entry.id, CLOSE.streamNotFound);
    // Those who are here already get what is encoded so far; the newcomer begins behind it.
    this.#flush();
    const nowMs = this.#context.node.runtime.monoMs();
    this.#subscribers.admit(applicant, () => this.#history.beginning(resume, nowMs));
    this.#serveSenders();
  }

  /** The catalog has changed. */
  review(): void {
    const { catalog } = this.#context.discovery;
    this.#subscribers.review((peer) => catalog.get(peer)?.entry);
  }

  /** Ends the waits of one owner. */
  release(owner: object): void {
    this.#senders.rejectAll((datum) => this.closedError(datum), owner);
  }

  /** Ends the stream: waiting sends fail, consumers get what was sent, then it is no longer advertised. */
  close(): Promise<DrainReport> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  pause(): void {
    this.#isReady = false;
  }

  endTurn(): void {
    this.#flush();
  }

  beginTurn(): void {
    this.#serveSenders();
  }

  closedError(datum?: T): StreamError {
    return new StreamError("closed", `the producer of stream ${this.streamId.short()} is closed`, { datum });
  }

  /** Hands a batch on that is large enough, and looks at the clock. */
  #look(): void {
    if (this.#batch.length >= this.#batchBytes || this.#batch.datums >= this.#batchItems) this.#flush();
    this.#context.turns.look();
    this.#judgeReadiness();
  }

  #flush(): void {
    if (this.#batch.datums === 0) return;
    const batch = this.#batch.take();
    this.#metrics.encoded.add(batch.datums);
    this.#history.append(batch, this.#context.node.runtime.monoMs());
    this.#isFlushing = true;
    const { size } = this.#subscribers;
    if (size > 0) this.#subscribers.push(batch);
    batch.shared?.release();
    this.#undelivered.end(batch.datums, size > 0);
    this.#isFlushing = false;
  }

  /** Judges the online condition anew, and tells everybody who waits. */
  #update(): void {
    this.#isOnline = !this.#isClosed && this.#onlineCondition.isMet;
    this.#serveSenders();
    this.#watch.changed();
  }

  /** Sends for those who wait, while that is possible. */
  #serveSenders(): void {
    // Nothing overtakes the batch that is being handed out; whoever does that comes here, or on to readiness, behind it.
    if (this.#isFlushing) return;
    this.#judgeReadiness();
    while (this.#canSend() && !this.#senders.isEmpty) this.#senders.serveNext((datum) => this.enqueue(datum));
    this.#isReady = this.#canSend() && this.#senders.isEmpty;
  }

  #canSend(): boolean {
    return this.#isOnline && !this.#context.turns.isOver && !this.#subscribers.isFull;
  }

  #judgeReadiness(): void {
    const { items, bytes } = this.#subscribers.room();
    this.#batchItems = items;
    this.#batchBytes = Math.min(BATCH_BYTES, bytes);
    const { turns } = this.#context;
    this.#lookBytes = Math.min(this.#batchBytes, this.#batch.length + turns.shareBytes);
    // Whoever sends next waits for the next turn, which is told to those who take part only.
    if (turns.isOver) turns.join(this);
    this.#isReady = this.#canSend() && this.#senders.isEmpty;
  }

  async #close(): Promise<DrainReport> {
    this.#isClosed = true;
    this.#context.onClosing();
    this.#update();
    this.#senders.rejectAll((datum) => this.closedError(datum));
    this.#flush();
    const report = await this.#subscribers.drain();
    this.#context.onDrained();
    this.#events.close();
    this.#watch.end(this.closedError());
    return report;
  }
}
