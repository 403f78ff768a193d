export type { ChannelInfo, ChannelState, ChannelStats, StreamStats } from "./channel.js";
export type { LagPolicy, ProducerOptions } from "./producer/config.js";
export { Consumer, type TakeOptions } from "./consumer/consumer.js";
export type { ConsumerOptions, FullPolicy } from "./consumer/config.js";
export {
  ConsumerDef,
  ProducerDef,
  stream,
  StreamDef,
  type HasStreams,
  type MutualOptions,
  type OnlineOptions,
  type StreamOptions,
} from "./declare.js";
export { StreamError, type StreamErrorCode } from "./errors.js";
export type { ChannelEnd, ConsumerEvent, GapCause, ProducerEvent, ProducerEvents } from "./events.js";
export type { Item } from "./consumer/inbox.js";
export type { ProducerStats } from "./producer/fan-out.js";
export { Producer, type SendOptions } from "./producer/producer.js";
export { streamHandshakeCodec, type StreamHandshake, type StreamPosition } from "./protocol.js";
export { Streams, type ConsumedStream, type ProducedStream, type StreamIdOption } from "./streams.js";
export type { DrainReport } from "./producer/subscribers.js";
export type { ResumeWindow } from "./producer/tail.js";
export { When, type ChannelCondition, type OnlineWhen } from "./when.js";
