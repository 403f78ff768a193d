export { GOSSIP_CONTENT_MAX_BYTES } from "./protocol.js";
