export type { ChannelInfo, ChannelState, StreamStats } from "./channel.js";
export { Consumer, type ConsumerOptions } from "./consumer.js";
export { stream, StreamDef, type StreamOptions } from "./declare.js";
export { StreamError, type StreamErrorCode } from "./errors.js";
export { Producer, type ProducerOptions } from "./producer.js";
export { streamHandshakeCodec, type StreamHandshake, type StreamPosition } from "./protocol.js";
export { Streams, type StreamIdOption } from "./streams.js";
export { When, type ChannelCondition, type OnlineWhen } from "./when.js";
