/** Tickets in the program's commands: the TypeScript side of the table in `interop/README.md`. */

export type JwtAlgorithm = "HS256" | "HS384" | "HS512" | "ES256" | "ES384" | "ES512" | "EdDSA";

/** A ticket as entries carry it. */
export interface TicketInfo {
  readonly id: string;
  readonly class: string;
  /** Hexadecimal: the ASCII of the token. */
  readonly data: string;
}

/** A verifying key in hexadecimal, or the signing key that it belongs to. */
export type JwtKey = { readonly alg: JwtAlgorithm } & ({ readonly key: string } | { readonly signingKey: string });

/** A `Jwt` validator. */
export interface JwtValidatorArgs {
  readonly keys: readonly JwtKey[];
  readonly issuers?: readonly string[];
  readonly audiences?: readonly string[];
  /** Default: the peer's id. */
  readonly subject?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly allowNonExpiring?: boolean;
  readonly maxLifetimeSecs?: number;
  readonly maxAgeSecs?: number;
}

/** What a ticket shall say. Without `expiresInMs`, and without `exp` among the claims, it never expires. */
export interface IssueOptions {
  readonly alg: JwtAlgorithm;
  /** The signing key in hexadecimal. */
  readonly key: string;
  /** Whose ticket it is; the node's own if absent. */
  readonly peer?: string;
  /** Negative for one that has expired. */
  readonly expiresInMs?: number;
  /** Registered and private claims by their names in the token. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What a validator says of the tickets in an entry. `expires` is in RFC 3339, or null for never. */
export type Verdict = { readonly admitted: true; readonly expires: string | null } | { readonly admitted: false };
