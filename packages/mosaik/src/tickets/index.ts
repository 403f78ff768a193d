export { InvalidTicket, type InvalidTicketCode } from "./errors.js";
export { Expiration, expirationCodec } from "./expiration.js";
export { ExpiryTimer } from "./expiry-timer.js";
export { validateTicket, validateTickets } from "./validate.js";
export type { TicketValidator } from "./validator.js";
