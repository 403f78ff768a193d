import type { Ticket } from "../../src/network/index.js";
import { Digest } from "../../src/primitives/index.js";
import { expirationCodec, InvalidTicket, type Expiration, type TicketValidator } from "../../src/tickets/index.js";

export const NOW = 1_767_323_046_000;

/** A validator of tickets that hold nothing but their expiration, and are refused once that has passed. */
export class PlainValidator implements TicketValidator {
  readonly class: Digest;
  readonly signature: Digest;
  /** The tickets that it was shown. */
  readonly shown: Uint8Array[] = [];

  constructor(name: string) {
    this.class = Digest.from(name);
    this.signature = this.class.derive("plain");
  }

  ticket(expiration: Expiration): Ticket {
    return { class: this.class, data: expirationCodec.encode(expiration) };
  }

  validate(data: Uint8Array, _entry: unknown, nowMs: number): Expiration {
    this.shown.push(data);
    const expiration = expirationCodec.decode(data);
    if (expiration.isExpired(nowMs)) throw new InvalidTicket("expired");
    return expiration;
  }
}

/** A validator whose code is the test's. */
export function validatorOf(name: string, validate: TicketValidator["validate"]): TicketValidator {
  return { class: Digest.from(name), signature: Digest.from(name).derive("test"), validate };
}
