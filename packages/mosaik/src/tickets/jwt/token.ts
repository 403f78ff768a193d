import { InvalidTicket } from "../errors.js";
import { fromBase64url, toBase64url } from "./base64url.js";
import { claimsText, parseClaims, type Claims } from "./claims.js";
import type { Json } from "./json.js";
import { parseJson } from "./json-parser.js";
import type { SigningKey, VerifyingKey } from "./keys.js";

/** The longest header that is read, in symbols of base64url: it comes before the signature, so anybody can make us read it. */
const HEADER_MAX = 2048;

const utf8 = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of a ticket: a compact JWS (spec 07 §5.4). @throws TypeError if a key of the program answers with no bytes */
export function writeToken(claims: Claims, key: SigningKey): Uint8Array {
  const header = toBase64url(utf8.encode(`{"alg":"${key.algorithm}","typ":"JWT"}`));
  const message = `${header}.${toBase64url(utf8.encode(claimsText(claims)))}`;
  const signature: unknown = key.sign(utf8.encode(message));
  if (!(signature instanceof Uint8Array))
    throw new TypeError(`a signing key answers with bytes, not ${typeof signature}`);
  return utf8.encode(`${message}.${toBase64url(signature)}`);
}

/**
 * What a ticket claims, if one of the keys signed it (spec 07 §5.2, steps 1 to 5).
 *
 * @throws what a key of the program throws, where no other key verifies
 */
export function readToken(data: Uint8Array, keys: readonly VerifyingKey[]): Claims | InvalidTicket {
  const parts = split(data);
  if (parts === undefined) return new InvalidTicket("not three parts of text");
  const [header, claims, signature] = parts;
  const algorithm = algorithmOf(header);
  if (algorithm === undefined) return new InvalidTicket("not a header with an algorithm");
  const suited = keys.filter((key) => key.algorithm === algorithm);
  if (suited.length === 0) return new InvalidTicket("signed with an algorithm that no key has");
  const signatureBytes = fromBase64url(signature);
  if (signatureBytes === undefined || !isVerified(suited, utf8.encode(`${header}.${claims}`), signatureBytes)) {
    return new InvalidTicket("not signed by a known key");
  }
  const bytes = fromBase64url(claims);
  try {
    return bytes === undefined ? new InvalidTicket("claims that are not base64url") : parseClaims(bytes);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new InvalidTicket(`unreadable claims: ${error.message}`, { cause: error });
  }
}

/** What is before the first dot, between the first two, and all that follows. */
function split(data: Uint8Array): [string, string, string] | undefined {
  let text: string;
  try {
    text = decoder.decode(data);
  } catch {
    return undefined;
  }
  const first = text.indexOf(".");
  const second = text.indexOf(".", first + 1);
  if (first < 0 || second < 0) return undefined;
  return [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)];
}

function algorithmOf(header: string): string | undefined {
  const bytes = header.length > HEADER_MAX ? undefined : fromBase64url(header);
  if (bytes === undefined) return undefined;
  let parsed: Json;
  try {
    parsed = parseJson(bytes);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
  const algorithm: unknown = parsed instanceof Map ? parsed.get("alg") : undefined;
  return typeof algorithm === "string" ? algorithm : undefined;
}

/** A key that throws verifies nothing; what it threw is told only where no other key verifies. */
function isVerified(keys: readonly VerifyingKey[], message: Uint8Array, signature: Uint8Array): boolean {
  const failures: unknown[] = [];
  for (const key of keys) {
    try {
      const answer: unknown = key.verify(message, signature);
      // A promise is no answer.
      if (answer === true) return true;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return false;
}
