export { GOSSIP_CONTENT_MAX_BYTES } from "./protocol.js";
export { Gossip, type GossipEvent, type GossipOptions } from "./worker.js";
