import type { Ticket } from "../../src/network/index.js";
import type { Network } from "../../src/node/index.js";
import { Digest } from "../../src/primitives/index.js";
import { Hs256, jwt, JwtIssuer, type JwtClaims } from "../../src/tickets/jwt/index.js";
import type { TicketValidator } from "../../src/tickets/index.js";

// As in tests/utils of the Rust crate.
export const DEFAULT_ISSUER = "mosaik.test.jwt.issuer";
export const DEFAULT_SECRET = "mosaik.test.jwt.secret";

const keyOf = (secret: string): Hs256 => new Hs256(Digest.from(secret).bytes);

/** A ticket for a node, valid for an hour unless `claims` say otherwise. */
export function ticketFor(
  node: Network,
  {
    issuer = DEFAULT_ISSUER,
    secret = DEFAULT_SECRET,
    ...claims
  }: JwtClaims & { issuer?: string; secret?: string } = {},
): Ticket {
  const jwtIssuer = new JwtIssuer(keyOf(secret), { issuer, expiresInMs: 3_600_000 });
  return jwtIssuer.issue(node.local.id, node.local.runtime.wallMs(), claims);
}

/** Accepts the tickets of an issuer, or of anybody who has the secret. */
export function validatorFor(secret = DEFAULT_SECRET, issuer?: string): TicketValidator {
  return jwt({ keys: keyOf(secret), ...(issuer === undefined ? {} : { issuers: [issuer] }) });
}
