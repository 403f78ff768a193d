export { InvalidTicket, type InvalidTicketCode } from "./errors.js";
export { Expiration, expirationCodec } from "./expiration.js";
export { ExpiryTimer } from "./expiry-timer.js";
export { TicketGate } from "./gate.js";
export { TICKETS_PER_CLASS_MAX, TICKETS_PER_PEER_MAX, validateTicket, validateTickets } from "./validate.js";
export type { TicketValidator } from "./validator.js";
