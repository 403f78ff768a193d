export { Network, type NetworkClosed, type NetworkOptions } from "./network.js";
export { PROTOCOL_VERSION, VERSION } from "./version.js";
