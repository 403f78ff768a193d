// Who may take part: the command and the nodes share it by `--require-ticket tickets.mjs#members`.
import { EdDsaSigningKey, jwt, JwtIssuer } from "mosaik/jwt";

const key = EdDsaSigningKey.fromHex("5a".repeat(32));

/** Issues tickets, as `mosaik ticket issue` does. */
export const issuer = new JwtIssuer(key, { issuer: "ops", expiresInMs: 3_600_000 });
export const members = jwt({ keys: key.verifyingKey(), issuers: ["ops"] });
export const visitors = jwt({ keys: key.verifyingKey(), issuers: ["front desk"] });
