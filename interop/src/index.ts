export { isIsolated, peerAvailable, whyNoPeer } from "./availability.js";
export { RustConsumer } from "./consumer.js";
export { EventLog, type WaitOptions } from "./event-log.js";
export { RustNode } from "./node.js";
export { RustPeer, RustPeerError, type RequestOptions, type StartOptions } from "./peer.js";
export { RustProducer } from "./producer.js";
export type * from "./protocol.js";
export { RawConnection } from "./raw.js";
export { startRelay, type LocalRelay } from "./relay.js";
