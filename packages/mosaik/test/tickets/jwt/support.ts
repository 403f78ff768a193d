import { PeerEntry, type Ticket } from "../../../src/network/index.js";
import { PeerId, toHex } from "../../../src/primitives/index.js";
import { toBase64url } from "../../../src/tickets/jwt/base64url.js";
import {
  EdDsaSigningKey,
  Es256SigningKey,
  Es384SigningKey,
  Es512SigningKey,
  Hs256,
  Hs384,
  Hs512,
  type SigningKey,
  type VerifyingKey,
} from "../../../src/tickets/jwt/index.js";
import { InvalidTicket, type Expiration, type TicketValidator } from "../../../src/tickets/index.js";
import { testNetwork } from "../../discovery/entries.js";

export const NOW = 1_767_323_046_000;
/** The public key of the seed 0x01 * 32, whose tickets the vectors are. */
export const peer = PeerId.from("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c");
export const entry = PeerEntry.create("0.4.2", testNetwork, { id: peer, addrs: [] }, NOW);
export const secret = new Hs256(new Uint8Array(32).fill(0xab));

const utf8 = new TextEncoder();

export function textOf(ticket: Ticket): string {
  return new TextDecoder().decode(ticket.data);
}

/** A ticket whose header and claims are any texts, signed by a key. */
export function signed(claims: string, header = '{"alg":"HS256","typ":"JWT"}', key: SigningKey = secret): Uint8Array {
  return signedParts(toBase64url(utf8.encode(header)), toBase64url(utf8.encode(claims)), key);
}

export function signedParts(header: string, claims: string, key: SigningKey = secret): Uint8Array {
  const message = `${header}.${claims}`;
  return utf8.encode(`${message}.${toBase64url(key.sign(utf8.encode(message)))}`);
}

/** What a validator says of a ticket of the peer: the seconds until it expires, or `never`; the reason where it refuses. */
export function verdict(validator: TicketValidator, data: Uint8Array, nowMs = NOW): number | string {
  let outcome: Expiration | InvalidTicket;
  try {
    outcome = validator.validate(data, entry, nowMs);
  } catch (error) {
    if (!(error instanceof InvalidTicket)) throw error;
    outcome = error;
  }
  if (outcome instanceof InvalidTicket) return outcome.message;
  return outcome.moment === undefined ? "never" : outcome.moment.seconds - Math.floor(nowMs / 1000);
}

/** Signing keys with fixed secrets, and what verifies them. */
export function keyPairs(hex?: Partial<Record<string, string>>): Record<string, [SigningKey, VerifyingKey]> {
  const bytes = (algorithm: string, length: number): string =>
    hex?.[algorithm] ?? toHex(new Uint8Array(length).fill(0x01, algorithm === "ES512" ? 1 : 0));
  const symmetric = [
    Hs256.fromHex(bytes("HS256", 32)),
    Hs384.fromHex(bytes("HS384", 48)),
    Hs512.fromHex(bytes("HS512", 64)),
  ];
  const asymmetric = [
    Es256SigningKey.fromHex(bytes("ES256", 32)),
    Es384SigningKey.fromHex(bytes("ES384", 48)),
    Es512SigningKey.fromHex(bytes("ES512", 66)),
    EdDsaSigningKey.fromHex(bytes("EdDSA", 32)),
  ];
  const pairs: Record<string, [SigningKey, VerifyingKey]> = {};
  for (const key of symmetric) pairs[key.algorithm] = [key, key];
  for (const key of asymmetric) pairs[key.algorithm] = [key, key.verifyingKey()];
  return pairs;
}
