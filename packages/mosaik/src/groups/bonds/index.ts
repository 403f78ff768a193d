export { Bonds } from "./bonds.js";
export type { BondInfo, BondsContext } from "./context.js";
export { receiveHandshakeStart } from "./handshake.js";
