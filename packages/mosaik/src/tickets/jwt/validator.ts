import { DateTime } from "@mosaik/postcard";
import type { PeerEntry } from "../../network/index.js";
import { Digest } from "../../primitives/index.js";
import { InvalidTicket } from "../errors.js";
import { Expiration } from "../expiration.js";
import type { TicketValidator } from "../validator.js";
import type { Claims } from "./claims.js";
import { equalJson, jsonOf, jsonText, sortedMembers, type JsonInput, type JsonObject } from "./json.js";
import type { VerifyingKey } from "./keys.js";
import { readToken } from "./token.js";

/** The class of tickets that are JSON Web Tokens (spec 07 §5). */
export const JWT_TICKET_CLASS = Digest.from("mosaik.tickets.jwt.v1");

/** What a validator of JSON Web Tokens accepts. Its signature depends on all of it, and on the order of the lists. */
export interface JwtOptions {
  /** Any of these may verify a ticket, as while keys are changed: at least one. */
  readonly keys: VerifyingKey | readonly VerifyingKey[];
  /** `iss` must be one of these. Default: it is not looked at. */
  readonly issuers?: readonly string[];
  /** `aud` must be one of these, and a text. Default: it is not looked at. */
  readonly audiences?: readonly string[];
  /** What `sub` must be. Default: the id of the peer in lowercase hexadecimal digits. */
  readonly subject?: string;
  /** Claims that must be there with these values; registered ones, as `iss`, never are. Default: none. */
  readonly claims?: Readonly<Record<string, JsonInput>>;
  /** Takes tickets without `exp`. Default: false. */
  readonly allowNonExpiring?: boolean;
  /** The longest time that a ticket may still be valid, in ms, cut to whole seconds; one without `exp` passes. Default: any. */
  readonly maxLifetimeMs?: number;
  /** The longest time since `iat`, in ms, cut to whole seconds; a ticket must have it then. Default: any, or none. */
  readonly maxAgeMs?: number;
}

/** The last second that Rust's type of moments holds. */
const SECONDS_MAX = 8_210_266_876_799n;

/**
 * Admits peers by JSON Web Tokens: the ids, the verdicts and the signature are those of Rust's `Jwt` (spec 07 §5). Times are compared in
 * whole seconds, without leeway.
 *
 * ```ts
 * const members = jwt({ keys: Es256.fromHex(publicKey), issuers: ["my-auth-service"], maxLifetimeMs: 3_600_000 });
 * stream("telemetry", { requireConsumerTicket: members });
 * ```
 *
 * @throws TypeError without a key, and for claims that are no JSON; RangeError for a negative duration
 */
export function jwt(options: JwtOptions): TicketValidator {
  return new Jwt(options);
}

class Jwt implements TicketValidator {
  readonly class = JWT_TICKET_CLASS;
  readonly signature: Digest;
  readonly isRepeatable: boolean;
  readonly #keys: readonly VerifyingKey[];
  readonly #issuers: readonly string[];
  readonly #audiences: readonly string[];
  readonly #subject: string | undefined;
  readonly #claims: JsonObject;
  readonly #allowNonExpiring: boolean;
  readonly #maxLifetimeSeconds: bigint | undefined;
  readonly #maxAgeSeconds: bigint | undefined;

  constructor(options: JwtOptions) {
    this.#keys = "verify" in options.keys ? [options.keys] : [...options.keys];
    if (this.#keys.length === 0) throw new TypeError("a validator of tickets has at least one key");
    this.#issuers = [...(options.issuers ?? [])];
    this.#audiences = [...(options.audiences ?? [])];
    this.#subject = options.subject;
    this.#claims = jsonOf(options.claims ?? {}) as JsonObject;
    this.#allowNonExpiring = options.allowNonExpiring ?? false;
    this.#maxLifetimeSeconds = wholeSeconds("maxLifetimeMs", options.maxLifetimeMs);
    this.#maxAgeSeconds = wholeSeconds("maxAgeMs", options.maxAgeMs);
    // Only age refuses a ticket that was accepted before it has expired.
    this.isRepeatable = this.#maxAgeSeconds === undefined;
    this.signature = this.#sign();
  }

  validate(data: Uint8Array, entry: PeerEntry, nowMs: number): Expiration | InvalidTicket {
    const claims = readToken(data, this.#keys);
    if (claims instanceof InvalidTicket) return claims;
    const refusal = this.#refusal(claims, entry.id.hex, BigInt(Math.floor(nowMs / 1000)));
    if (refusal !== undefined) return new InvalidTicket(refusal);
    return claims.exp === undefined ? Expiration.never : Expiration.at(new DateTime(Number(claims.exp)));
  }

  /** Why claims do not admit a peer, in the order of spec 07 §5.2; `undefined` where they do. */
  #refusal({ iss, sub, aud, exp, nbf, iat, others }: Claims, peer: string, now: bigint): string | undefined {
    if (this.#issuers.length > 0 && !(iss !== undefined && this.#issuers.includes(iss))) return "another issuer";
    if (sub !== (this.#subject ?? peer)) return "issued to another subject";
    if (nbf !== undefined && nbf > now) return "not valid yet";
    if (exp === undefined && !this.#allowNonExpiring) return "without an expiration";
    if (exp !== undefined && exp <= now) return "expired";
    if (this.#maxLifetimeSeconds !== undefined && exp !== undefined && exp - now > this.#maxLifetimeSeconds) {
      return "valid for too long";
    }
    if (this.#maxAgeSeconds !== undefined) {
      if (iat === undefined) return "without a time of issue";
      if (now - iat > this.#maxAgeSeconds) return "issued too long ago";
    }
    if (this.#audiences.length > 0 && !(aud !== undefined && this.#audiences.includes(aud))) return "another audience";
    for (const [name, wanted] of this.#claims) {
      const value = others.get(name);
      if (value === undefined || !equalJson(value, wanted)) return `another ${name}`;
    }
    return exp !== undefined && exp > SECONDS_MAX ? "an expiration beyond all years" : undefined;
  }

  /** Spec 07 §5.3. */
  #sign(): Digest {
    let signature: Digest = JWT_TICKET_CLASS;
    for (const key of this.#keys) signature = signature.derive(key.algorithm).derive(key.fingerprint);
    signature = signature
      .derive(new Uint8Array([Number(this.#allowNonExpiring)]))
      .derive(this.#issuers.join(","))
      .derive(this.#audiences.join(","))
      .derive(this.#subject ?? "")
      .derive(u64le(this.#maxLifetimeSeconds ?? 0n))
      .derive(u64le(this.#maxAgeSeconds ?? 0n));
    for (const [name, value] of sortedMembers(this.#claims)) signature = signature.derive(name).derive(jsonText(value));
    return signature;
  }
}

function wholeSeconds(name: string, durationMs: number | undefined): bigint | undefined {
  if (durationMs === undefined) return undefined;
  if (!Number.isFinite(durationMs) || durationMs < 0) throw new RangeError(`${name}: ${durationMs}`);
  return BigInt(Math.floor(durationMs / 1000));
}

function u64le(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
