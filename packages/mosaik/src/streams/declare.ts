import { t, type Codec } from "@mosaik/postcard";
import { listOf, type OneOrMany, type PeerPredicate } from "../network/index.js";
import { Digest, type DigestLike } from "../primitives/index.js";
import type { TicketValidator } from "../tickets/index.js";
import type { ProducerOptions } from "./producer/config.js";
import type { Consumer } from "./consumer/consumer.js";
import type { ConsumerOptions } from "./consumer/config.js";
import type { Producer } from "./producer/producer.js";
import type { Streams } from "./streams.js";
import type { OnlineWhen, When } from "./when.js";

/** What both sides of a declared stream must satisfy. */
export interface MutualOptions {
  /** Predicates that producers must pass to be subscribed to, and consumers to be admitted. */
  readonly require?: OneOrMany<PeerPredicate>;
  /** Validators for which producers and consumers need a valid ticket each. */
  readonly requireTicket?: OneOrMany<TicketValidator>;
}

/** What a stream is declared with, for every producer and consumer that is opened from the declaration. */
export interface StreamOptions<T = unknown> extends MutualOptions {
  /** Predicates that producers must pass: asked by the consumers. */
  readonly requireProducer?: OneOrMany<PeerPredicate>;
  /** Predicates that consumers must pass: asked by the producers. */
  readonly requireConsumer?: OneOrMany<PeerPredicate>;
  /** Validators for which producers need a valid ticket each. */
  readonly requireProducerTicket?: OneOrMany<TicketValidator>;
  /** Validators for which consumers need a valid ticket each. */
  readonly requireConsumerTicket?: OneOrMany<TicketValidator>;
  /** When the producers and the consumers count as online; `producer` and `consumer` may say otherwise for one side. */
  readonly onlineWhen?: OnlineWhen;
  /** Further options of its producers. */
  readonly producer?: ProducerOptions<T>;
  /** Further options of its consumers. */
  readonly consumer?: ConsumerOptions;
}

/** Anything that has streams: a `Network`. */
export interface HasStreams {
  readonly streams: Streams;
}

/** Ends the wait for a producer or consumer to be online: it is closed again. */
export interface OnlineOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A stream that is declared once, to be produced on any network. */
export class ProducerDef<T> {
  constructor(
    readonly codec: Codec<T>,
    /** The stream's id; `undefined` for the one that follows from the codec's Rust type name. */
    readonly streamId: Digest | undefined,
    readonly producerOptions: ProducerOptions<T> = {},
  ) {}

  /**
   * This node's producer of the stream: the one there is, or a new one. Options given here win over those of the declaration, and
   * its predicates and validators count as well.
   *
   * @throws StreamError `noStreamId`, `codecMismatch`, `invalidOption`, `closed`
   */
  producer(network: HasStreams, options: ProducerOptions<T> = {}): Producer<T> {
    const merged = mergeProducerOptions(this.producerOptions, options);
    return network.streams.produce(this.codec, { ...merged, ...idOption(this.streamId) });
  }

  /** The producer once it is online. @throws as `producer`; the signal's reason */
  async onlineProducer(network: HasStreams, options: ProducerOptions<T> & OnlineOptions = {}): Promise<Producer<T>> {
    const { signal, ...rest } = options;
    return online(this.producer(network, rest), signal);
  }
}

/** A stream that is declared once, to be consumed on any network. */
export class ConsumerDef<T> {
  constructor(
    readonly codec: Codec<T>,
    /** The stream's id; `undefined` for the one that follows from the codec's Rust type name. */
    readonly streamId: Digest | undefined,
    readonly consumerOptions: ConsumerOptions = {},
  ) {}

  /**
   * A new consumer of the stream. Options given here win over those of the declaration, and its predicates and validators count as
   * well.
   *
   * @throws StreamError `noStreamId`, `invalidOption`, `closed`
   */
  consumer(network: HasStreams, options: ConsumerOptions = {}): Consumer<T> {
    const merged = mergeConsumerOptions(this.consumerOptions, options);
    return network.streams.consume(this.codec, { ...merged, ...idOption(this.streamId) });
  }

  /** A new consumer once it is online. @throws as `consumer`; the signal's reason */
  async onlineConsumer(network: HasStreams, options: ConsumerOptions & OnlineOptions = {}): Promise<Consumer<T>> {
    const { signal, ...rest } = options;
    return online(this.consumer(network, rest), signal);
  }
}

/** A stream that is declared once, and opened on any network. */
export class StreamDef<T> {
  readonly codec: Codec<T>;
  /** The stream's id; `undefined` for the one that follows from the codec's Rust type name. */
  readonly streamId: Digest | undefined;
  readonly #producing: ProducerDef<T>;
  readonly #consuming: ConsumerDef<T>;

  constructor(codec: Codec<T>, streamId: Digest | undefined, options: StreamOptions<T> = {}) {
    this.codec = codec;
    this.streamId = streamId;
    this.#producing = new ProducerDef(codec, streamId, producerSide(options));
    this.#consuming = new ConsumerDef(codec, streamId, consumerSide(options));
  }

  /** As `ProducerDef.producer`. */
  producer(network: HasStreams, options?: ProducerOptions<T>): Producer<T> {
    return this.#producing.producer(network, options);
  }

  /** As `ProducerDef.onlineProducer`. */
  onlineProducer(network: HasStreams, options?: ProducerOptions<T> & OnlineOptions): Promise<Producer<T>> {
    return this.#producing.onlineProducer(network, options);
  }

  /** As `ConsumerDef.consumer`. */
  consumer(network: HasStreams, options?: ConsumerOptions): Consumer<T> {
    return this.#consuming.consumer(network, options);
  }

  /** As `ConsumerDef.onlineConsumer`. */
  onlineConsumer(network: HasStreams, options?: ConsumerOptions & OnlineOptions): Promise<Consumer<T>> {
    return this.#consuming.onlineConsumer(network, options);
  }
}

/** How a declaration names its stream: by an id, or by its codec's Rust type name. With an id alone the datums travel as JSON. */
type Declared<T, O> = readonly [id: DigestLike | Codec<T>, codec?: Codec<T> | O, options?: O];

function declareStream<T>(codec: Codec<T>, options?: StreamOptions<T>): StreamDef<T>;
function declareStream<T>(id: DigestLike, codec: Codec<T>, options?: StreamOptions<T>): StreamDef<T>;
function declareStream<T = unknown>(id: DigestLike, options?: StreamOptions<T>): StreamDef<T>;
function declareStream<T>(...declared: Declared<T, StreamOptions<T>>): StreamDef<T> {
  const { codec, streamId, options } = read(declared);
  return new StreamDef(codec, streamId, options);
}

type ProducerOnlyOptions<T> = ProducerOptions<T> & MutualOptions;

function producerOnly<T>(codec: Codec<T>, options?: ProducerOnlyOptions<T>): ProducerDef<T>;
function producerOnly<T>(id: DigestLike, codec: Codec<T>, options?: ProducerOnlyOptions<T>): ProducerDef<T>;
function producerOnly<T = unknown>(id: DigestLike, options?: ProducerOnlyOptions<T>): ProducerDef<T>;
function producerOnly<T>(...declared: Declared<T, ProducerOnlyOptions<T>>): ProducerDef<T> {
  const { codec, streamId, options } = read(declared);
  const { require, requireTicket, ...producer } = options;
  return new ProducerDef(codec, streamId, producerSide<T>({ ...defined({ require, requireTicket }), producer }));
}

type ConsumerOnlyOptions = ConsumerOptions & MutualOptions;

function consumerOnly<T>(codec: Codec<T>, options?: ConsumerOnlyOptions): ConsumerDef<T>;
function consumerOnly<T>(id: DigestLike, codec: Codec<T>, options?: ConsumerOnlyOptions): ConsumerDef<T>;
function consumerOnly<T = unknown>(id: DigestLike, options?: ConsumerOnlyOptions): ConsumerDef<T>;
function consumerOnly<T>(...declared: Declared<T, ConsumerOnlyOptions>): ConsumerDef<T> {
  const { codec, streamId, options } = read(declared);
  const { require, requireTicket, ...consumer } = options;
  return new ConsumerDef(codec, streamId, consumerSide<T>({ ...defined({ require, requireTicket }), consumer }));
}

/**
 * Declares a stream (spec 04 §4.8). With a codec alone its id follows from the codec's Rust type name; with a name alone its datums
 * travel as JSON, for networks of TypeScript nodes. `stream.producerOnly` and `stream.consumerOnly` declare one side of it: `require`
 * and `requireTicket` are asked of the other.
 *
 * @example
 * const Telemetry = stream("telemetry", t.struct({ sensor: t.string, celsius: t.f64 }), {
 *   requireProducer: (peer) => peer.entry.tags.has(Digest.from("sensor")),
 *   consumer: { whenFull: "dropOldest" },
 * });
 * const producer = await Telemetry.onlineProducer(network);
 */
export const stream = Object.assign(declareStream, { producerOnly, consumerOnly });

function read<T, O extends object>([first, second, third]: Declared<T, O>): {
  codec: Codec<T>;
  streamId: Digest | undefined;
  options: O;
} {
  if (typeof first !== "string" && !(first instanceof Digest)) {
    return { codec: first, streamId: undefined, options: (second ?? {}) as O };
  }
  const streamId = Digest.from(first);
  if (second !== undefined && "write" in second) return { codec: second, streamId, options: third ?? ({} as O) };
  return { codec: t.json<T>(), streamId, options: second ?? ({} as O) };
}

/** What a declaration says of its producers. */
function producerSide<T>(options: StreamOptions<T>): ProducerOptions<T> {
  const { onlineWhen, require, requireTicket, requireConsumer, requireConsumerTicket, producer = {} } = options;
  const mutual: ProducerOptions<T> = defined({
    onlineWhen,
    requireConsumer: require,
    requireConsumerTicket: requireTicket,
  });
  const sided: ProducerOptions<T> = defined({ requireConsumer, requireConsumerTicket });
  return mergeProducerOptions(mergeProducerOptions(mutual, sided), producer);
}

/** What a declaration says of its consumers. */
function consumerSide<T>(options: StreamOptions<T>): ConsumerOptions {
  const { onlineWhen, require, requireTicket, requireProducer, requireProducerTicket, consumer = {} } = options;
  const mutual: ConsumerOptions = defined({
    onlineWhen,
    requireProducer: require,
    requireProducerTicket: requireTicket,
  });
  const sided: ConsumerOptions = defined({ requireProducer, requireProducerTicket });
  return mergeConsumerOptions(mergeConsumerOptions(mutual, sided), consumer);
}

function mergeProducerOptions<T>(first: ProducerOptions<T>, then: ProducerOptions<T>): ProducerOptions<T> {
  return {
    ...first,
    ...defined(then),
    requireConsumer: [...listOf(first.requireConsumer), ...listOf(then.requireConsumer)],
    requireConsumerTicket: [...listOf(first.requireConsumerTicket), ...listOf(then.requireConsumerTicket)],
  };
}

function mergeConsumerOptions(first: ConsumerOptions, then: ConsumerOptions): ConsumerOptions {
  return {
    ...first,
    ...defined(then),
    requireProducer: [...listOf(first.requireProducer), ...listOf(then.requireProducer)],
    requireProducerTicket: [...listOf(first.requireProducerTicket), ...listOf(then.requireProducerTicket)],
  };
}

/** The options that were given: `undefined` must not hide what another gives. */
function defined<O extends object>(options: O): { [K in keyof O]: Exclude<O[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

function idOption(streamId: Digest | undefined): { streamId?: Digest } {
  return streamId === undefined ? {} : { streamId };
}

/** Waits until a handle is online; closes it if that is not waited for to the end. */
async function online<H extends { when(): When; close(): Promise<unknown> }>(
  handle: H,
  signal: AbortSignal | undefined,
): Promise<H> {
  try {
    await handle.when().online().toPromise({ signal });
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
