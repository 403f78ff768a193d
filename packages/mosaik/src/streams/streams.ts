import type { Connection } from "@mosaik/iroh/transport";
import type { Codec } from "@mosaik/postcard";
import type { Discovery } from "../discovery/index.js";
import { ALPN, CLOSE, Handshakes, type CloseCode, type Link, type LocalNode, type Router } from "../network/index.js";
import { Digest, type DigestLike, type StreamId } from "../primitives/index.js";
import type { ProducerOptions } from "./producer/config.js";
import { Consumer } from "./consumer/consumer.js";
import type { ConsumerOptions } from "./consumer/config.js";
import { StreamError } from "./errors.js";
import { FanOut } from "./producer/fan-out.js";
import { LoopbackPipe, type LoopbackEnd } from "./loopback.js";
import { Producer } from "./producer/producer.js";
import { streamHandshakeCodec } from "./protocol.js";
import { Turns } from "./producer/turns.js";
import { WriterPool } from "./producer/writer-pool.js";

/** What a consumer's handshake may take: time, in ms, and bytes, which are 64 and what future criteria add. */
const HANDSHAKE_LIMITS = { timeoutMs: 10_000, receiveMaxBytes: 4096 };
/** Subscriptions and handshakes served at once. */
const SERVING_MAX = 4096;
/** Connections that have not said which stream they want. */
const HANDSHAKES_MAX = 256;
/** The round-trip time to this node itself, in microseconds. */
const LOCAL_RTT_MICROS = 0;

/** A stream by its id, or by the Rust type name of its codec. */
export interface StreamIdOption {
  /** Default: the digest of the codec's Rust type name. */
  readonly streamId?: DigestLike;
}

/** How a stream stands that this node produces. */
export type ProducedStream = Pick<FanOut<unknown>, "streamId" | "isOnline" | "stats" | "consumers">;
/** How one of this node's consumers stands. */
export type ConsumedStream = Pick<Consumer<unknown>, "streamId" | "isOnline" | "stats" | "waiting" | "producers">;

/** The streams of one node: what it produces, and what it consumes (spec 04 §4.1). */
export class Streams {
  readonly #node: LocalNode;
  readonly #discovery: Discovery;
  readonly #frameLimitBytes: number;
  readonly #fanOuts = new Map<StreamId, FanOut<unknown>>();
  /** The producers of each stream that are open. */
  readonly #producers = new Map<FanOut<unknown>, Set<Producer<unknown>>>();
  readonly #consumers = new Set<ConsumedStream & { close(): Promise<void> }>();
  readonly #pool = new WriterPool();
  readonly #turns: Turns;
  readonly #handshakes: Handshakes;
  #isClosed = false;

  constructor(node: LocalNode, router: Router, discovery: Discovery, frameLimitBytes: number) {
    this.#node = node;
    this.#discovery = discovery;
    this.#frameLimitBytes = frameLimitBytes;
    this.#turns = new Turns(node.runtime);
    this.#handshakes = new Handshakes(node.runtime, HANDSHAKES_MAX, (connection) => this.#reject(connection));
    router.handle(ALPN.streams, SERVING_MAX, (connection) => this.#serve(connection));
    discovery.catalog.subscribe(() => {
      for (const fanOut of this.#fanOuts.values()) fanOut.review();
    });
  }

  /**
   * Begins to produce a stream.
   *
   * @throws StreamError `alreadyExists` with a producer that this node has for the stream; `noStreamId`; `invalidOption`; `closed`
   */
  producer<T>(codec: Codec<T>, options: ProducerOptions<T> & StreamIdOption = {}): Producer<T> {
    const streamId = streamIdOf(codec, options);
    const existing = this.#existing(streamId, codec);
    if (existing !== undefined) {
      const [first] = this.#producers.get(existing as FanOut<unknown>)!;
      throw new StreamError("alreadyExists", `this node produces stream ${streamId.short()} already`, {
        existing: first,
      });
    }
    this.#requireOpen();
    const fanOut = new FanOut<T>(
      {
        node: this.#node,
        discovery: this.#discovery,
        frameLimitBytes: this.#frameLimitBytes,
        pool: this.#pool,
        turns: this.#turns,
        onClosing: () => this.#remove(streamId),
        onDrained: () => this.#withdraw(streamId),
      },
      streamId,
      codec,
      options,
    );
    // Whoever sees the advertisement can subscribe: the stream is known here before it is advertised.
    this.#fanOuts.set(streamId, fanOut as FanOut<unknown>);
    this.#countActive();
    try {
      this.#discovery.updateLocal((entry, nowMs) => entry.withAdded("streams", [streamId], nowMs));
    } catch (error) {
      this.#remove(streamId);
      throw error;
    }
    return this.#open(fanOut);
  }

  /**
   * A producer of the stream, which begins unless this node has one already: then they share its consumers, and the options are those
   * of the first.
   *
   * @throws StreamError `codecMismatch`, and as `producer`
   */
  produce<T>(codec: Codec<T>, options: ProducerOptions<T> & StreamIdOption = {}): Producer<T> {
    const existing = this.#existing(streamIdOf(codec, options), codec);
    return existing === undefined ? this.producer(codec, options) : this.#open(existing);
  }

  /** Begins to consume a stream; every consumer has subscriptions of its own. @throws StreamError `noStreamId`, `closed` */
  consume<T>(codec: Codec<T>, options: ConsumerOptions & StreamIdOption = {}): Consumer<T> {
    const streamId = streamIdOf(codec, options);
    this.#requireOpen();
    const consumer: Consumer<T> = new Consumer(
      {
        node: this.#node,
        discovery: this.#discovery,
        connectLocal: () => this.#connectLocal(streamId),
        onClose: () => {
          this.#consumers.delete(consumer);
        },
      },
      streamId,
      codec,
      options,
    );
    this.#consumers.add(consumer);
    return consumer;
  }

  /** The streams that this node produces, each once. */
  produced(): Iterable<ProducedStream> {
    return this.#fanOuts.values();
  }

  /** This node's consumers: each has subscriptions of its own, also where they are of one stream. */
  consumed(): Iterable<ConsumedStream> {
    return this.#consumers;
  }

  /** Ends all: producers drain and close with 204, consumers with 102. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#fanOuts.values()].map((fanOut) => fanOut.close()));
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
  }

  /** Admits a consumer, in the order of spec 04 §3.3. */
  async #serve(connection: Connection): Promise<void> {
    const link = await this.#handshakes.shake(connection, () => this.#shakeHands(connection));
    await link?.closed;
  }

  #reject(connection: Connection, { code, name }: CloseCode = CLOSE.streamNoCapacity): void {
    this.#node.metrics.counter("mosaik.streams.connections.rejected").add();
    connection.close(code, name);
  }

  /** @returns the link of a consumer that was handed on to its producer */
  async #shakeHands(connection: Connection): Promise<Link | undefined> {
    const link = await this.#node.acceptLink(connection, HANDSHAKE_LIMITS);
    const refuse = (reason: CloseCode): undefined => {
      this.#reject(connection, reason);
    };
    if (this.#discovery.catalog.get(link.peer) === undefined) return refuse(CLOSE.unknownPeer);
    const wanted = await link.recv(streamHandshakeCodec, HANDSHAKE_LIMITS);
    if (wanted.network !== this.#node.networkId) return refuse(CLOSE.differentNetwork);
    const fanOut = this.#fanOuts.get(wanted.stream);
    if (fanOut === undefined) return refuse(CLOSE.streamNotFound);
    // Its entry may have changed, or gone, while the handshake was on its way.
    const entry = this.#discovery.catalog.get(link.peer)?.entry;
    if (entry === undefined) return refuse(CLOSE.unknownPeer);
    this.#node.metrics.counter("mosaik.streams.connections.accepted").add();
    const rttMicros = (): number | undefined => connection.rttMicros();
    fanOut.admit({ carrier: link, entry, rttMicros, isTold: true }, wanted.resume);
    return link;
  }

  /** Subscribes a consumer of this node with its own producer. */
  #connectLocal(streamId: StreamId): LoopbackEnd | undefined {
    const fanOut = this.#fanOuts.get(streamId);
    if (fanOut === undefined) return undefined;
    const pipe = new LoopbackPipe();
    const { entry } = this.#discovery.me();
    fanOut.admit({ carrier: pipe.producerEnd, entry, rttMicros: () => LOCAL_RTT_MICROS, isTold: false }, undefined);
    return pipe.consumerEnd;
  }

  #existing<T>(streamId: StreamId, codec: Codec<T>): FanOut<T> | undefined {
    const existing = this.#fanOuts.get(streamId);
    if (existing === undefined) return undefined;
    const known: unknown = existing.codec;
    if (known !== codec && (codec.rustName === undefined || existing.codec.rustName !== codec.rustName)) {
      const [first] = this.#producers.get(existing)!;
      throw new StreamError("codecMismatch", `this node produces stream ${streamId.short()} with another codec`, {
        existing: first,
      });
    }
    return existing as FanOut<T>;
  }

  /** One more producer of a stream. */
  #open<T>(fanOut: FanOut<T>): Producer<T> {
    const key = fanOut as FanOut<unknown>;
    let open = this.#producers.get(key);
    if (open === undefined) this.#producers.set(key, (open = new Set()));
    const producers = open;
    const producer: Producer<T> = new Producer(fanOut, () => {
      producers.delete(producer as Producer<unknown>);
      return producers.size === 0 || fanOut.isClosed ? fanOut.close() : undefined;
    });
    producers.add(producer as Producer<unknown>);
    return producer;
  }

  #remove(streamId: StreamId): void {
    const fanOut = this.#fanOuts.get(streamId);
    if (fanOut !== undefined) this.#producers.delete(fanOut);
    this.#fanOuts.delete(streamId);
    this.#countActive();
  }

  /** Advertises the stream no more, unless it is produced anew. A closing node says nothing: its peers see it depart. */
  #withdraw(streamId: StreamId): void {
    if (this.#isClosed || this.#fanOuts.has(streamId)) return;
    this.#discovery.updateLocal((entry, nowMs) => entry.withRemoved("streams", [streamId], nowMs));
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new StreamError("closed", "the network is closed");
  }

  #countActive(): void {
    this.#node.metrics.gauge("mosaik.streams.producers.active").set(this.#fanOuts.size);
  }
}

function streamIdOf(codec: Codec<unknown>, options: StreamIdOption): StreamId {
  if (options.streamId !== undefined) return Digest.from(options.streamId);
  if (codec.rustName === undefined) {
    throw new StreamError("noStreamId", "the codec has no Rust type name: give the stream an id");
  }
  return Digest.from(codec.rustName);
}
