import type { Codec } from "@mosaik/postcard";
import type { Discovery } from "../../discovery/index.js";
import { publishing, type LocalNode } from "../../network/index.js";
import { EventHub, type Lagged, type PeerId, type ReadOptions, type StreamId } from "../../primitives/index.js";
import type { Channel, ChannelInfo, StreamStats } from "../channel.js";
import { StreamError } from "../errors.js";
import type { ChannelEnd, ConsumerEvent, GapCause } from "../events.js";
import type { LoopbackEnd } from "../loopback.js";
import { ChannelWatch, When, type ChannelCondition } from "../when.js";
import { consumerConfig, type ConsumerConfig, type ConsumerOptions } from "./config.js";
import { CreditPool } from "./credit.js";
import { Inbox, type Item } from "./inbox.js";
import { LocalSource, type LocalSourceContext } from "./local-source.js";
import { consumerMetrics, type ConsumerMetrics } from "./metrics.js";
import { Positions } from "./positions.js";
import { ProducerSet } from "./producer-set.js";
import { iterate, readableOf } from "./reading.js";
import { Receiver, type ReceiverContext } from "./receiver.js";
import type { SourceEvents } from "./source.js";

/** What a consumer needs of its surroundings. */
export interface ConsumerContext {
  readonly node: LocalNode;
  readonly discovery: Discovery;
  /** Subscribes with this node's producer of the stream; `undefined` where it has none that takes consumers. */
  connectLocal(): LoopbackEnd | undefined;
  onClose(): void;
}

/** How datums are taken. */
export interface TakeOptions {
  /** Ends the wait, and each after it: they reject with the signal's reason. What was not taken stays. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Receives one stream from every peer of the network that produces it (spec 04 §3.7): those that come later too, and again those
 * that were lost. Iterate over it, or take datums with `recv`; leaving a `for await` loop closes it. What the program does not take
 * holds the producers back, unless `whenFull` says otherwise.
 */
export class Consumer<T> implements AsyncIterable<T> {
  /** The stream's id. */
  readonly streamId: StreamId;
  /** The options with their defaults. */
  readonly config: ConsumerConfig;
  readonly #context: ConsumerContext;
  readonly #inbox: Inbox<T>;
  readonly #events: EventHub<ConsumerEvent>;
  readonly #producers: ProducerSet;
  readonly #watch: ChannelWatch;
  readonly #onlineCondition: ChannelCondition;
  readonly #openedAtMs: number;
  readonly #metrics: ConsumerMetrics;
  #isOnline = false;
  #isClosed = false;
  /** Of this consumer, in the gauge that all consumers of the stream share. */
  #countedProducers = 0;

  /** @throws StreamError `invalidOption` */
  constructor(context: ConsumerContext, streamId: StreamId, codec: Codec<T>, options: ConsumerOptions) {
    const { node, discovery } = context;
    this.#context = context;
    this.streamId = streamId;
    this.config = consumerConfig(options);
    this.#openedAtMs = node.runtime.monoMs();
    this.#events = new EventHub(undefined, publishing(node, "consumer", { streamId }));
    this.#metrics = consumerMetrics(node.metrics, streamId);
    this.#inbox = new Inbox(this.config, (producer, count) => this.#dropped(producer, count));
    this.#watch = new ChannelWatch(
      (error, where) => node.runtime.report(error, where),
      () => this.#channels(),
    );
    const subscribed = this.when().subscribed();
    this.#onlineCondition = options.onlineWhen?.(subscribed) ?? subscribed.minimumOf(0);
    const sources = this.#sourceContext(codec);
    this.#producers = new ProducerSet({
      node,
      discovery,
      streamId,
      config: this.config,
      connect: (entry) => (entry.id === node.id ? new LocalSource(sources, entry) : new Receiver(sources, entry)),
      onTurnedAway: (peer, reason) => this.#refused(peer, { code: undefined, reason }),
      onChange: () => this.#update(),
    });
    this.#metrics.active.add();
    this.#producers.reconcile();
  }

  /** Whether the online condition holds. */
  get isOnline(): boolean {
    return this.#isOnline;
  }

  /** Conditions to wait for. */
  when(): When {
    return new When(this.#watch, () => this.#isOnline);
  }

  /** The producers that this consumer is subscribed to, or is connecting to. */
  producers(): ChannelInfo[] {
    const nowMs = this.#context.node.runtime.monoMs();
    return [...this.#producers].map(({ channel }) => channel.info(nowMs));
  }

  /** What the program has taken from all producers together. */
  stats(): StreamStats {
    const uptimeMs = this.#context.node.runtime.monoMs() - this.#openedAtMs;
    return { datums: this.#inbox.datums, bytes: this.#inbox.bytes, uptimeMs };
  }

  /** Datums that have been received, and wait for the program to take them. */
  get waiting(): number {
    return this.#inbox.items;
  }

  /** What happens from now on: producers come and go, datums are missing or given up. Ends with the consumer. */
  events(options: ReadOptions = {}): AsyncIterableIterator<ConsumerEvent | Lagged> {
    return this.#events.events(options);
  }

  /** The next datum; `undefined` once the consumer is closed and everything received was taken. */
  async recv({ signal }: TakeOptions = {}): Promise<T | undefined> {
    return (await this.#inbox.next(signal)).value;
  }

  /** The next datum if one is there. */
  tryRecv(): { readonly datum: T } | undefined {
    return this.#inbox.isEmpty ? undefined : { datum: this.#inbox.take() };
  }

  /** Datum by datum. Leaving the loop closes the consumer; an aborted signal does not. */
  datums({ signal }: TakeOptions = {}): AsyncIterableIterator<T, undefined> {
    return iterate(
      (wait) => this.#inbox.next(wait),
      () => this.close(),
      signal,
    );
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return this.datums();
  }

  /** Datum by datum, each with the producer that sent it. Leaving the loop closes the consumer; an aborted signal does not. */
  items({ signal }: TakeOptions = {}): AsyncIterableIterator<Item<T>, undefined> {
    return iterate(
      (wait) => this.#inbox.nextItem(wait),
      () => this.close(),
      signal,
    );
  }

  /**
   * Arrays of datums, each of one producer, as they arrived: the least work for each datum. Leaving the loop closes the consumer; an
   * aborted signal does not.
   */
  batches({ signal }: TakeOptions = {}): AsyncIterableIterator<T[], undefined> {
    return iterate(
      (wait) => this.#inbox.nextBatch(wait),
      () => this.close(),
      signal,
    );
  }

  /** A web stream of the datums. Each call makes a new one; each datum goes to one of them. Cancelling it closes the consumer. */
  get readable(): ReadableStream<T> {
    return readableOf(
      (wait) => this.#inbox.next(wait),
      () => this.close(),
    );
  }

  /** Ends every subscription with 102. What was received can still be taken. */
  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#metrics.active.add(-1);
      this.#context.onClose();
      this.#producers.close();
      this.#inbox.end();
      this.#update();
      this.#events.close();
      this.#watch.end(new StreamError("closed", `the consumer of stream ${this.streamId.short()} is closed`));
    }
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #sourceContext(codec: Codec<T>): ReceiverContext<T> & LocalSourceContext<T> {
    const { node, discovery } = this.#context;
    return {
      node,
      streamId: this.streamId,
      codec,
      backoff: this.config.backoff,
      inbox: this.#inbox,
      credit: new CreditPool(this.config.bufferBytes),
      positions: this.config.resume ? new Positions() : undefined,
      events: this.#sourceEvents(),
      recordRtt: (peer, micros) => discovery.rtt.record(peer, micros),
      syncWith: (peer, signal) => discovery.syncWith(peer, { signal }),
      connectLocal: () => this.#context.connectLocal(),
    };
  }

  #sourceEvents(): SourceEvents {
    return {
      onChange: () => this.#update(),
      onConnected: (producer, isResumed) => {
        if (isResumed) this.#metrics.resumed.add();
        this.#emit({ kind: "connected", producer, isResumed });
      },
      onDisconnected: (producer, end) => {
        if (end.code !== undefined) this.#metrics.closes(end.code).add();
        this.#emit({ kind: "disconnected", producer, ...end });
      },
      onRefused: (producer, end) => {
        if (end.code !== undefined) this.#metrics.closes(end.code).add();
        this.#refused(producer, end);
      },
      onGap: (producer, cause, lost) => this.#gap(producer, cause, lost),
      onDecoded: (datums, bytes) => {
        this.#metrics.items.add(datums);
        this.#metrics.bytes.add(bytes);
        this.#metrics.totalDatums.add(datums);
        this.#metrics.totalBytes.add(bytes);
      },
      mayRetry: () => this.#producers.mayRetry(),
      onTerminated: (source, wasStable) => this.#producers.terminated(source, wasStable),
    };
  }

  #refused(producer: PeerId, end: ChannelEnd): void {
    this.#metrics.refused.add();
    this.#emit({ kind: "refused", producer, ...end });
  }

  #gap(producer: PeerId, cause: GapCause, lost: number | undefined): void {
    if (this.#isClosed) return;
    this.#metrics.gaps.add();
    this.#metrics.lost.add(lost ?? 0);
    this.#emit({ kind: "gap", producer, cause, lost });
  }

  #dropped(producer: PeerId, count: number): void {
    this.#metrics.dropped.add(count);
    const channel = this.#producers.get(producer)?.channel;
    if (channel !== undefined) channel.dropped += count;
    this.#emit({ kind: "dropped", producer, count, policy: this.config.whenFull });
  }

  #emit(event: ConsumerEvent): void {
    this.#events.emit(event);
  }

  /** Judges the online condition anew, and tells everybody who waits. */
  #update(): void {
    const { size } = this.#producers;
    this.#metrics.producers.add(size - this.#countedProducers);
    this.#countedProducers = size;
    this.#isOnline = !this.#isClosed && this.#onlineCondition.isMet;
    this.#watch.changed();
  }

  *#channels(): Iterable<Channel> {
    for (const { channel } of this.#producers) yield channel;
  }
}
