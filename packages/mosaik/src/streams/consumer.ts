import type { Codec } from "@mosaik/postcard";
import type { Discovery } from "../discovery/index.js";
import type { LocalNode } from "../network/index.js";
import {
  Backoff,
  defaultBackoff,
  unlessAborted,
  type BackoffPolicy,
  type PeerId,
  type StreamId,
} from "../primitives/index.js";
import type { Channel, ChannelInfo, StreamStats } from "./channel.js";
import { StreamError } from "./errors.js";
import { Inbox } from "./inbox.js";
import { Receiver, type ReceiverContext } from "./receiver.js";
import { ChannelWatch, When, type ChannelCondition, type OnlineWhen } from "./when.js";

/** Bytes that may be on their way from one producer before the program has taken them. */
const WINDOW_BYTES = 1024 * 1024;
/** How soon a producer that refused is asked again: doubling from the first to the last, in ms. */
const COOL_DOWN: BackoffPolicy = { initialMs: 1000, factor: 2, maxMs: 60_000, jitter: 0.2 };

export interface ConsumerOptions {
  /** When the consumer counts as online. Default: at once, without any producer. */
  readonly onlineWhen?: OnlineWhen;
  /** How a broken subscription is retried. Default: 500 ms, growing by half to 60 s, spread by 50 %; for ever. */
  readonly backoff?: BackoffPolicy;
}

/** What a consumer needs of its surroundings. */
export interface ConsumerContext {
  readonly node: LocalNode;
  readonly discovery: Discovery;
  onClose(): void;
}

interface CoolDown {
  readonly untilMs: number;
  readonly backoff: Backoff;
}

/**
 * Receives one stream from every peer of the network that produces it (spec 04 §3.7): those that come later too, and again those
 * that were lost. Iterate over it, or take datums with `recv`; leaving a `for await` loop closes it. What the program does not take
 * holds the producers back.
 */
export class Consumer<T> implements AsyncIterable<T> {
  readonly streamId: StreamId;
  readonly #context: ConsumerContext;
  readonly #inbox = new Inbox<T>();
  readonly #receivers = new Map<PeerId, Receiver<T>>();
  readonly #coolDowns = new Map<PeerId, CoolDown>();
  readonly #receiverContext: ReceiverContext<T>;
  readonly #watch: ChannelWatch;
  readonly #onlineCondition: ChannelCondition;
  readonly #unsubscribe: () => void;
  readonly #openedAtMs: number;
  readonly #metrics;
  readonly #cancelCoolDowns = new Set<() => void>();
  #isOnline = false;
  #isClosed = false;

  constructor(context: ConsumerContext, streamId: StreamId, codec: Codec<T>, options: ConsumerOptions) {
    this.#context = context;
    this.streamId = streamId;
    const { node, discovery } = context;
    this.#openedAtMs = node.runtime.monoMs();
    this.#watch = new ChannelWatch(
      (error, where) => context.node.runtime.report(error, where),
      () => this.#channels(),
    );
    const subscribed = this.when().subscribed();
    this.#onlineCondition = options.onlineWhen?.(subscribed) ?? subscribed.minimumOf(0);
    const labels = { stream: streamId.short() };
    this.#metrics = {
      producers: node.metrics.gauge("mosaik.streams.consumer.producers", labels),
      items: node.metrics.counter("mosaik.streams.consumer.items.received", labels),
      bytes: node.metrics.counter("mosaik.streams.consumer.bytes.received", labels),
    };
    this.#receiverContext = {
      node,
      streamId,
      codec,
      backoff: options.backoff ?? defaultBackoff,
      windowBytes: WINDOW_BYTES,
      onArrival: (arrival) => {
        this.#metrics.items.add(arrival.datums.length);
        for (const size of arrival.sizes) this.#metrics.bytes.add(size);
        this.#inbox.push(arrival);
      },
      onChange: () => this.#update(),
      onClosedBy: (code) =>
        node.metrics.counter("mosaik.streams.consumer.closes", { ...labels, code: String(code) }).add(),
      onTerminated: (receiver) => this.#terminated(receiver),
      recordRtt: (peer, micros) => discovery.rtt.record(peer, micros),
      syncWith: (peer, signal) => discovery.syncWith(peer, { signal }),
    };
    this.#unsubscribe = discovery.catalog.subscribe(() => this.#reconcile());
    this.#reconcile();
    this.#update();
  }

  /** Whether the online condition holds. */
  get isOnline(): boolean {
    return this.#isOnline;
  }

  when(): When {
    return new When(this.#watch, () => this.#isOnline);
  }

  /** The producers that this consumer is subscribed to, or is connecting to. */
  producers(): ChannelInfo[] {
    const nowMs = this.#context.node.runtime.monoMs();
    return [...this.#receivers.values()].map(({ channel }) => channel.info(nowMs));
  }

  /** What the program has taken from all producers together. */
  stats(): StreamStats {
    const uptimeMs = this.#context.node.runtime.monoMs() - this.#openedAtMs;
    return { datums: this.#inbox.datums, bytes: this.#inbox.bytes, uptimeMs };
  }

  /** The next datum; `undefined` once the consumer is closed and everything received was taken. */
  async recv(options: { signal?: AbortSignal } = {}): Promise<T | undefined> {
    // The datum of an aborted wait must not be lost: it is asked for only when it is there.
    while (this.#inbox.isEmpty && !this.#inbox.isDone && options.signal !== undefined) {
      await unlessAborted(this.#arrived(), options.signal);
    }
    const result = await this.#inbox.next();
    return result.done ? undefined : result.value;
  }

  /** The next datum if one is there. */
  tryRecv(): { readonly datum: T } | undefined {
    return this.#inbox.isEmpty ? undefined : { datum: this.#inbox.take() };
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    const inbox = this.#inbox;
    return {
      // `for await` takes a plain result as it is: no promise is made where a datum is waiting.
      next: () => inbox.next() as Promise<IteratorResult<T, undefined>>,
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Ends every subscription with 102. What was received can still be taken. */
  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#context.onClose();
      this.#unsubscribe();
      for (const cancel of this.#cancelCoolDowns) cancel();
      for (const receiver of this.#receivers.values()) receiver.stop();
      this.#receivers.clear();
      this.#metrics.producers.set(0);
      this.#inbox.end();
      this.#update();
      this.#watch.end(new StreamError("closed", `the consumer of stream ${this.streamId.short()} is closed`));
    }
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Brings the subscriptions in line with the catalog. */
  #reconcile(): void {
    if (this.#isClosed) return;
    const nowMs = this.#context.node.runtime.monoMs();
    const eligible = new Set<PeerId>();
    for (const { entry } of this.#context.discovery.catalog.peers()) {
      if (!entry.streams.has(this.streamId)) continue;
      eligible.add(entry.id);
      const receiver = this.#receivers.get(entry.id);
      if (receiver !== undefined) receiver.refresh(entry);
      else if (nowMs >= (this.#coolDowns.get(entry.id)?.untilMs ?? 0)) {
        this.#receivers.set(entry.id, new Receiver(this.#receiverContext, entry));
      }
    }
    for (const [peer, receiver] of this.#receivers) {
      if (eligible.has(peer)) continue;
      this.#receivers.delete(peer);
      receiver.stop();
    }
    for (const peer of this.#coolDowns.keys()) if (!eligible.has(peer)) this.#coolDowns.delete(peer);
    this.#metrics.producers.set(this.#receivers.size);
  }

  #terminated(receiver: Receiver<T>): void {
    if (this.#receivers.get(receiver.peer) !== receiver) return;
    this.#receivers.delete(receiver.peer);
    const { runtime } = this.#context.node;
    const backoff = this.#coolDowns.get(receiver.peer)?.backoff ?? new Backoff(COOL_DOWN);
    const delayMs = backoff.nextMs(runtime.random.unit());
    this.#coolDowns.set(receiver.peer, { untilMs: runtime.monoMs() + delayMs, backoff });
    const cancel = runtime.after(delayMs, () => {
      this.#cancelCoolDowns.delete(cancel);
      this.#reconcile();
    });
    this.#cancelCoolDowns.add(cancel);
    this.#update();
  }

  #update(): void {
    this.#isOnline = !this.#isClosed && this.#onlineCondition.isMet;
    this.#watch.changed();
  }

  #arrived(): Promise<void> {
    return new Promise((resolve) => this.#inbox.onArrival(resolve));
  }

  *#channels(): Iterable<Channel> {
    for (const { channel } of this.#receivers.values()) yield channel;
  }
}
