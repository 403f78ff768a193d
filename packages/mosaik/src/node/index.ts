export type { DiagnosticsMessages } from "./diagnostics.js";
export { Network, type NetworkClosed, type NetworkEvent, type NetworkOptions } from "./network.js";
export { PROTOCOL_VERSION, VERSION } from "./version.js";
