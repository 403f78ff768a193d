import { t, type Codec } from "@mosaik/postcard";
import { Digest, type DigestLike } from "../primitives/index.js";
import type { Consumer, ConsumerOptions } from "./consumer.js";
import type { Producer, ProducerOptions } from "./producer.js";
import type { StreamIdOption, Streams } from "./streams.js";

/** Options of both sides of a declared stream. */
export interface StreamOptions {
  /** Options of its producers. */
  readonly producer?: ProducerOptions;
  /** Options of its consumers. */
  readonly consumer?: ConsumerOptions;
}

/** Anything that has streams: a `Network`. */
export interface HasStreams {
  readonly streams: Streams;
}

/** A stream that is declared once and opened on any network. */
export class StreamDef<T> {
  constructor(
    readonly codec: Codec<T>,
    /** The stream's id; `undefined` for the one that follows from the codec's Rust type name. */
    readonly streamId: Digest | undefined,
    readonly options: StreamOptions = {},
  ) {}

  /** This node's producer of the stream: the one there is, or a new one. @throws StreamError */
  producer(network: HasStreams, options: ProducerOptions = {}): Producer<T> {
    return network.streams.produce(this.codec, { ...this.options.producer, ...options, ...this.#id() });
  }

  /** A new consumer of the stream. @throws StreamError */
  consumer(network: HasStreams, options: ConsumerOptions = {}): Consumer<T> {
    return network.streams.consume(this.codec, { ...this.options.consumer, ...options, ...this.#id() });
  }

  #id(): StreamIdOption {
    return this.streamId === undefined ? {} : { streamId: this.streamId };
  }
}

/**
 * Declares a stream. With a codec alone its id follows from the codec's Rust type name; with a name alone its datums travel as
 * JSON, for networks of TypeScript nodes.
 *
 * @example
 * const Telemetry = stream("telemetry", t.struct({ sensor: t.string, celsius: t.f64 }));
 * const producer = Telemetry.producer(network);
 */
export function stream<T>(codec: Codec<T>, options?: StreamOptions): StreamDef<T>;
export function stream<T>(id: DigestLike, codec: Codec<T>, options?: StreamOptions): StreamDef<T>;
export function stream<T = unknown>(id: DigestLike, options?: StreamOptions): StreamDef<T>;
export function stream<T>(
  idOrCodec: DigestLike | Codec<T>,
  codecOrOptions?: Codec<T> | StreamOptions,
  options?: StreamOptions,
): StreamDef<T> {
  if (typeof idOrCodec !== "string" && !(idOrCodec instanceof Digest)) {
    return new StreamDef(idOrCodec, undefined, codecOrOptions as StreamOptions | undefined);
  }
  const id = Digest.from(idOrCodec);
  if (codecOrOptions !== undefined && "write" in codecOrOptions) return new StreamDef(codecOrOptions, id, options);
  return new StreamDef(t.json<T>(), id, codecOrOptions);
}
