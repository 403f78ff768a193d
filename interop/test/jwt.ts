import { Digest, type Network, type Ticket, type TicketValidator } from "mosaik";
import { Hs256, jwt, JwtIssuer, type JwtClaims } from "mosaik/jwt";
import type { IssueOptions, JwtValidatorArgs } from "../src/index.js";

const ISSUER = "mosaik.test.jwt.issuer";
const SECRET = Digest.from("mosaik.test.jwt.secret");

/** One way to issue tickets and to judge them, in both languages. */
export const HS256 = {
  validator: (): TicketValidator => jwt({ keys: new Hs256(SECRET.bytes), issuers: [ISSUER] }),
  /** Accepts tickets by another key, in hexadecimal, of any issuer. */
  validatorOf: (key: string): TicketValidator => jwt({ keys: Hs256.fromHex(key) }),
  rustValidator: { keys: [{ alg: "HS256", key: SECRET.hex }], issuers: [ISSUER] } satisfies JwtValidatorArgs,
  /** For `RustNode.issueTicket`. */
  issue: { alg: "HS256", key: SECRET.hex, claims: { iss: ISSUER } } satisfies IssueOptions,
  /** A ticket for a TypeScript node, valid for an hour unless the claims say otherwise. */
  ticketFor(network: Network, claims: JwtClaims = {}): Ticket {
    const issuer = new JwtIssuer(new Hs256(SECRET.bytes), { issuer: ISSUER, expiresInMs: 3_600_000 });
    return issuer.issue(network.local.id, Date.now(), claims);
  },
};
