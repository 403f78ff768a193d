export { CatalogCore, type CatalogConfig, type Upsert } from "./catalog.js";
export { CatalogView } from "./catalog-view.js";
export { defaultDiscoveryConfig, type BootstrapPeer, type DiscoveryConfig } from "./config.js";
export { Discovery, type DiscoveryEvent } from "./discovery.js";
export { DiscoveryError, type DiscoveryErrorCode } from "./errors.js";
export type { Pong } from "./ping.js";
export { catalogSnapshotCodec, pingReplyCodec, pingRequestCodec } from "./protocol.js";
export { RttTracker } from "./rtt.js";
