/**
 * Tickets that are JSON Web Tokens: whoever has the key issues them, and a validator admits the peers that carry one. An entry of its own,
 * `mosaik/jwt`: a program that asks for no tickets does not load its cryptography.
 */
export { Es256, Es256SigningKey, Es384, Es384SigningKey, Es512, Es512SigningKey } from "./ecdsa-keys.js";
export { EdDsa, EdDsaSigningKey } from "./eddsa-keys.js";
export { Hs256, Hs384, Hs512 } from "./hmac-keys.js";
export { JwtIssuer, type JwtClaims } from "./issuer.js";
export { JsonFloat, type JsonInput } from "./json.js";
export { SigningKey, VerifyingKey } from "./keys.js";
export { JWT_TICKET_CLASS, jwt, type JwtOptions } from "./validator.js";
