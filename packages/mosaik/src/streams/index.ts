export type { ChannelInfo, ChannelState, ChannelStats, StreamStats } from "./channel.js";
export type { LagPolicy, ProducerOptions } from "./config.js";
export { Consumer, type TakeOptions } from "./consumer.js";
export type { ConsumerOptions, FullPolicy } from "./consumer-config.js";
export {
  ConsumerDef,
  ProducerDef,
  stream,
  StreamDef,
  type MutualOptions,
  type OnlineOptions,
  type StreamOptions,
} from "./declare.js";
export { StreamError, type StreamErrorCode } from "./errors.js";
export type { ChannelEnd, ConsumerEvent, GapCause, ProducerEvent } from "./events.js";
export type { Item } from "./inbox.js";
export type { ProducerStats } from "./fan-out.js";
export { Producer, type SendOptions } from "./producer.js";
export { streamHandshakeCodec, type StreamHandshake, type StreamPosition } from "./protocol.js";
export { Streams, type StreamIdOption } from "./streams.js";
export type { DrainReport } from "./subscribers.js";
export type { ResumeWindow } from "./tail.js";
export { When, type ChannelCondition, type OnlineWhen } from "./when.js";
