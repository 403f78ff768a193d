import { objectText, sortedMembers, type Json, type JsonObject } from "./json.js";
import { parseJsonMembers } from "./json-parser.js";

/** What a ticket claims. Times are whole seconds since the Unix epoch, of 64 bits. */
export interface Claims {
  readonly iss: string | undefined;
  readonly sub: string | undefined;
  readonly aud: string | undefined;
  readonly exp: bigint | undefined;
  readonly nbf: bigint | undefined;
  readonly iat: bigint | undefined;
  readonly jti: string | undefined;
  /** All other members, by their names. */
  readonly others: JsonObject;
}

type Registered = Exclude<keyof Claims, "others">;

/** In the order of the text. */
const REGISTERED: readonly Registered[] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
const TIMES: ReadonlySet<string> = new Set(["exp", "nbf", "iat"]);
const TEXTS: ReadonlySet<string> = new Set(["iss", "sub", "aud", "jti"]);

/** The text of the claims: registered ones first, without those that are absent, then the others by their names (spec 07 §5.4). */
export function claimsText(claims: Claims): string {
  const members: [string, Json][] = [];
  for (const name of REGISTERED) {
    const value = claims[name];
    if (value !== undefined) members.push([name, value]);
  }
  return objectText([...members, ...sortedMembers(claims.others)]);
}

/**
 * Reads claims as Rust does: a registered one is there at most once, and absent, null, or of its type (spec 07 §5.2).
 *
 * @throws SyntaxError
 */
export function parseClaims(bytes: Uint8Array): Claims {
  const registered = new Map<string, Json>();
  const others = new Map<string, Json>();
  for (const [name, value] of parseJsonMembers(bytes)) {
    const isRegistered = TIMES.has(name) || TEXTS.has(name);
    if (isRegistered && registered.has(name)) throw new SyntaxError(`two members ${name}`);
    (isRegistered ? registered : others).set(name, value);
  }
  const text = (name: Registered): string | undefined => {
    const value = registered.get(name) ?? undefined;
    if (value === undefined || typeof value === "string") return value;
    throw new SyntaxError(`${name} is no text`);
  };
  const time = (name: Registered): bigint | undefined => {
    const value = registered.get(name) ?? undefined;
    if (value === undefined || (typeof value === "bigint" && value >= 0n)) return value;
    throw new SyntaxError(`${name} is no unsigned integer of 64 bits`);
  };
  return {
    iss: text("iss"),
    sub: text("sub"),
    aud: text("aud"),
    exp: time("exp"),
    nbf: time("nbf"),
    iat: time("iat"),
    jti: text("jti"),
    others,
  };
}
