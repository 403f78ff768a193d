import type { TicketValidator } from "mosaik";
import type { JwtIssuer } from "mosaik/jwt";

export const issuer: JwtIssuer;
export const members: TicketValidator;
export const visitors: TicketValidator;
