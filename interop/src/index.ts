export { isIsolated, peerAvailable, whyNoPeer, type RustProgram } from "./availability.js";
export { RustCaller } from "./caller.js";
export { RustNumberedMap } from "./collection-load.js";
export type * from "./collection-protocol.js";
export { RustCollection } from "./collection.js";
export type * from "./dht-protocol.js";
export { DhtTestnet } from "./dht-testnet.js";
export { RustConsumer } from "./consumer.js";
export { EventLog, type WaitOptions } from "./event-log.js";
export type * from "./function-protocol.js";
export type * from "./group-protocol.js";
export { RustGroup } from "./group.js";
export { RustHandler, type RustCall } from "./handler.js";
export { RustNode } from "./node.js";
export { PublicNames, ROUTER_ADDRESSES, ROUTERS } from "./public-names.js";
export { RustPeer, RustPeerError, type RequestOptions, type StartOptions } from "./peer.js";
export { RustProducer } from "./producer.js";
export type * from "./protocol.js";
export { RawConnection } from "./raw.js";
export {
  startRelay,
  startSecureRelay,
  type LocalRelay,
  type RelayOptions,
  type SecureRelay,
  type SecureRelayOptions,
} from "./relay.js";
export { TdxNode } from "./tdx-node.js";
export type * from "./tdx-protocol.js";
export { TdxPeer } from "./tdx-peer.js";
export type * from "./ticket-protocol.js";
