import type { Ticket } from "../../network/index.js";
import { PeerId, type PeerIdLike } from "../../primitives/index.js";
import { Expiration } from "../expiration.js";
import type { Claims } from "./claims.js";
import { jsonOf, type Json, type JsonInput } from "./json.js";
import type { SigningKey } from "./keys.js";
import { writeToken } from "./token.js";
import { JWT_TICKET_CLASS } from "./validator.js";

/** What the tickets of an issuer claim. Times are cut to whole seconds. */
export interface JwtClaims {
  /** `iss`. Default: none. */
  readonly issuer?: string | undefined;
  /** `sub`. Default: the id of the peer, in lowercase hexadecimal digits. */
  readonly subject?: string | undefined;
  /** `aud`. Default: none. */
  readonly audience?: string | undefined;
  /** `exp`: so many ms after the ticket is issued. Default: what `expiresAt` says. */
  readonly expiresInMs?: number | undefined;
  /** `exp`, unless `expiresInMs` is given. Default: never, which validators refuse unless told otherwise. */
  readonly expiresAt?: Expiration | undefined;
  /** `nbf`, in ms since the Unix epoch. Default: none. */
  readonly notBeforeMs?: number | undefined;
  /** `iat`, in ms since the Unix epoch. Default: the moment of issue. */
  readonly issuedAtMs?: number | undefined;
  /** `jti`. Default: none. */
  readonly tokenId?: string | undefined;
  /**
   * Further claims by their names. A registered name stands for the option, whatever that says: a value that is not of its type takes it
   * away; an `exp` that is no time becomes a claim like any other, as in Rust.
   */
  readonly claims?: Readonly<Record<string, JsonInput>> | undefined;
}

/** Rust's moments end there. */
const SECONDS_MAX = 8_210_266_876_799n;

/**
 * Issues tickets that are JSON Web Tokens, with the bytes of Rust's `JwtTicketBuilder` (spec 07 §5.4). Where the key signs
 * deterministically, as all of ours do, equal claims are one and the same ticket.
 *
 * ```ts
 * const issuer = new JwtIssuer(Es256SigningKey.fromHex(secret), { issuer: "my-auth-service", expiresInMs: 3_600_000 });
 * network.discovery.replaceTicket(issuer.issue(network.local.id, Date.now()));
 * ```
 */
export class JwtIssuer {
  readonly #key: SigningKey;
  readonly #defaults: JwtClaims;

  /** @param defaults what all tickets claim */
  constructor(key: SigningKey, defaults: JwtClaims = {}) {
    this.#key = key;
    this.#defaults = { ...defaults };
  }

  /**
   * A ticket for one peer.
   *
   * @param nowMs the wall clock, in ms since the Unix epoch
   * @param overrides what this ticket claims in the place of the defaults; `claims` are added to theirs
   * @throws RangeError for times before 1970; TypeError for claims that are no JSON
   */
  issue(peer: PeerIdLike, nowMs: number, overrides: JwtClaims = {}): Ticket {
    const options = {
      ...this.#defaults,
      ...overrides,
      // An override in the one form takes the place of a default in the other.
      expiresInMs: overrides.expiresInMs ?? (overrides.expiresAt ? undefined : this.#defaults.expiresInMs),
      claims: { ...this.#defaults.claims, ...overrides.claims },
    };
    const data = writeToken(claimsOf(options, PeerId.from(peer), nowMs), this.#key);
    return { class: JWT_TICKET_CLASS, data };
  }
}

function claimsOf(options: JwtClaims, peer: PeerId, nowMs: number): Claims {
  const others = new Map<string, Json>();
  let { issuer: iss, subject: sub, audience: aud, tokenId: jti } = options;
  let exp = expirationOf(options, nowMs);
  let nbf = options.notBeforeMs === undefined ? undefined : secondsOf(options.notBeforeMs);
  let iat = options.issuedAtMs === undefined ? undefined : secondsOf(options.issuedAtMs);
  for (const [name, input] of Object.entries(options.claims ?? {})) {
    const value = jsonOf(input);
    const text = typeof value === "string" ? value : undefined;
    const time = typeof value === "bigint" && value >= 0n ? value : undefined;
    if (name === "iss") iss = text;
    else if (name === "sub") sub = text;
    else if (name === "aud") aud = text;
    else if (name === "jti") jti = text;
    else if (name === "nbf") nbf = time;
    else if (name === "iat") iat = time;
    else if (name === "exp" && time !== undefined && time <= SECONDS_MAX) exp = time;
    else others.set(name, value);
  }
  return { iss, sub: sub ?? peer.hex, aud, exp, nbf, iat: iat ?? secondsOf(nowMs), jti, others };
}

function expirationOf({ expiresInMs, expiresAt }: JwtClaims, nowMs: number): bigint | undefined {
  const expiration = expiresInMs === undefined ? expiresAt : Expiration.after(expiresInMs, nowMs);
  const moment = expiration?.moment;
  if (moment === undefined) return undefined;
  if (moment.seconds < 0) throw new RangeError(`an expiration at ${moment.toString()}, before 1970`);
  return BigInt(moment.seconds);
}

function secondsOf(timeMs: number): bigint {
  const seconds = Math.floor(timeMs / 1000);
  if (!(seconds >= 0 && seconds <= Number(SECONDS_MAX))) throw new RangeError(`${timeMs} ms since 1970`);
  return BigInt(seconds);
}
