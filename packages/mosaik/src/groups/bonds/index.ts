export { Bonds } from "./bonds.js";
export type { BondInfo, BondsContext } from "./context.js";
export { DialPlaces } from "./dial-places.js";
export { receiveHandshakeStart } from "./handshake.js";
