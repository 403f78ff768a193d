import type { Connection } from "@mosaik/iroh/transport";
import type { Codec } from "@mosaik/postcard";
import type { Discovery } from "../discovery/index.js";
import { ALPN, CLOSE, type LocalNode, type Router } from "../network/index.js";
import { Digest, PeerId, type DigestLike, type StreamId } from "../primitives/index.js";
import { Consumer, type ConsumerOptions } from "./consumer.js";
import { StreamError } from "./errors.js";
import { Producer, type ProducerOptions } from "./producer.js";
import { streamHandshakeCodec } from "./protocol.js";

/** What a consumer's handshake may take: time, in ms, and bytes, which are 64 and what future criteria add. */
const HANDSHAKE_LIMITS = { timeoutMs: 10_000, receiveMaxBytes: 4096 };
/** Subscriptions and handshakes served at once. */
const SERVING_MAX = 4096;

/** A stream by its id, or by the Rust type name of its codec. */
export interface StreamIdOption {
  /** Default: the digest of the codec's Rust type name. */
  readonly streamId?: DigestLike;
}

/** The streams of one node: what it produces, and what it consumes (spec 04 §4.1). */
export class Streams {
  readonly #node: LocalNode;
  readonly #discovery: Discovery;
  readonly #frameLimitBytes: number;
  readonly #producers = new Map<StreamId, Producer<unknown>>();
  readonly #consumers = new Set<{ close(): Promise<void> }>();
  #isClosed = false;

  constructor(node: LocalNode, router: Router, discovery: Discovery, frameLimitBytes: number) {
    this.#node = node;
    this.#discovery = discovery;
    this.#frameLimitBytes = frameLimitBytes;
    router.handle(ALPN.streams, SERVING_MAX, (connection) => this.#serve(connection));
  }

  /**
   * Begins to produce a stream.
   *
   * @throws StreamError `alreadyExists` with the producer that this node has for the stream; `noStreamId`; `invalidOption`; `closed`
   */
  producer<T>(codec: Codec<T>, options: ProducerOptions & StreamIdOption = {}): Producer<T> {
    const streamId = streamIdOf(codec, options);
    const existing = this.#existing(streamId, codec);
    if (existing !== undefined) {
      throw new StreamError("alreadyExists", `this node produces stream ${streamId.short()} already`, { existing });
    }
    this.#requireOpen();
    const producer = new Producer(
      {
        node: this.#node,
        frameLimitBytes: this.#frameLimitBytes,
        onClosing: () => this.#remove(streamId),
        onDrained: () => this.#withdraw(streamId),
      },
      streamId,
      codec,
      options,
    );
    // Whoever sees the advertisement can subscribe: the producer is known here before it is advertised.
    this.#producers.set(streamId, producer);
    this.#countActive();
    this.#discovery.updateLocal((entry, nowMs) => entry.withAdded("streams", [streamId], nowMs));
    return producer;
  }

  /** The producer that this node has for the stream, or a new one. @throws StreamError `codecMismatch`, and as `producer` */
  produce<T>(codec: Codec<T>, options: ProducerOptions & StreamIdOption = {}): Producer<T> {
    return this.#existing(streamIdOf(codec, options), codec) ?? this.producer(codec, options);
  }

  /** Begins to consume a stream; every consumer has subscriptions of its own. @throws StreamError `noStreamId`, `closed` */
  consume<T>(codec: Codec<T>, options: ConsumerOptions & StreamIdOption = {}): Consumer<T> {
    const streamId = streamIdOf(codec, options);
    this.#requireOpen();
    const consumer: Consumer<T> = new Consumer(
      {
        node: this.#node,
        discovery: this.#discovery,
        onClose: () => {
          this.#consumers.delete(consumer);
          this.#countActive();
        },
      },
      streamId,
      codec,
      options,
    );
    this.#consumers.add(consumer);
    this.#countActive();
    return consumer;
  }

  /** Ends all: producers drain and close with 204, consumers with 102. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#producers.values()].map((producer) => producer.close()));
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
  }

  /** Admits a consumer, in the order of spec 04 §3.3. */
  async #serve(connection: Connection): Promise<void> {
    const link = await this.#node.acceptLink(connection, HANDSHAKE_LIMITS);
    const refuse = (reason: { code: number; name: string }): void => {
      this.#node.metrics.counter("mosaik.streams.connections.rejected").add();
      link.close(reason);
    };
    const peer = this.#discovery.catalog.get(PeerId.from(connection.remoteId));
    if (peer === undefined) return refuse(CLOSE.unknownPeer);
    const wanted = await link.recv(streamHandshakeCodec, HANDSHAKE_LIMITS);
    if (wanted.network !== this.#node.networkId) return refuse(CLOSE.differentNetwork);
    const producer = this.#producers.get(wanted.stream);
    if (producer === undefined) return refuse(CLOSE.streamNotFound);
    this.#node.metrics.counter("mosaik.streams.connections.accepted").add();
    this.#discovery.rtt.record(link.peer, connection.rttMicros());
    producer.admit(link, peer.entry);
    await link.closed;
  }

  #existing<T>(streamId: StreamId, codec: Codec<T>): Producer<T> | undefined {
    const existing = this.#producers.get(streamId);
    if (existing === undefined) return undefined;
    const known: unknown = existing.codec;
    if (known !== codec && (codec.rustName === undefined || existing.codec.rustName !== codec.rustName)) {
      throw new StreamError("codecMismatch", `this node produces stream ${streamId.short()} with another codec`, {
        existing,
      });
    }
    return existing as Producer<T>;
  }

  #remove(streamId: StreamId): void {
    this.#producers.delete(streamId);
    this.#countActive();
  }

  /** Advertises the stream no more, unless it is produced anew. A closing node says nothing: its peers see it depart. */
  #withdraw(streamId: StreamId): void {
    if (this.#isClosed || this.#producers.has(streamId)) return;
    this.#discovery.updateLocal((entry, nowMs) => entry.withRemoved("streams", [streamId], nowMs));
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new StreamError("closed", "the network is closed");
  }

  #countActive(): void {
    this.#node.metrics.gauge("mosaik.streams.producers.active").set(this.#producers.size);
    this.#node.metrics.gauge("mosaik.streams.consumers.active").set(this.#consumers.size);
  }
}

function streamIdOf(codec: Codec<unknown>, options: StreamIdOption): StreamId {
  if (options.streamId !== undefined) return Digest.from(options.streamId);
  if (codec.rustName === undefined) {
    throw new StreamError("noStreamId", "the codec has no Rust type name: give the stream an id");
  }
  return Digest.from(codec.rustName);
}
