import { describe, expect, it } from "vitest";
import { ticketId } from "../../../src/network/index.js";
import { Digest, PeerId, toHex } from "../../../src/primitives/index.js";
import {
  Es256,
  Hs256,
  Hs384,
  Hs512,
  JsonFloat,
  jwt,
  JWT_TICKET_CLASS,
  JwtIssuer,
  type JsonInput,
  type JwtClaims,
  type JwtOptions,
} from "../../../src/tickets/jwt/index.js";
import { jsonText } from "../../../src/tickets/jwt/json.js";
import { Expiration } from "../../../src/tickets/index.js";
import { DateTime } from "@mosaik/postcard";
import { loadCases } from "../../vectors/load.js";
import { toBase64url } from "../../../src/tickets/jwt/base64url.js";
import { keyPairs, NOW, peer, secret, signed, signedParts, textOf, verdict } from "./support.js";

interface Case {
  readonly kind: string;
  readonly name: string;
}
interface TicketCase extends Case {
  readonly input: {
    readonly alg: string;
    readonly key: string;
    readonly public?: string | null;
    readonly iss?: string;
    readonly sub?: string;
    readonly aud?: string;
    readonly jti?: string;
    readonly exp?: number;
    readonly nbf?: number;
    readonly iat: number;
    readonly claims?: Record<string, JsonInput>;
  };
  readonly class: string;
  readonly data: string;
  readonly id: string;
  readonly peer: string;
}

const cases = loadCases<Case>("jwt.json");
const ofKind = <C extends Case>(kind: string): C[] => cases.filter((one) => one.kind === kind) as C[];

/** What is signed. */
const messageOf = (token: string): string => token.slice(0, token.lastIndexOf("."));

/** Every row of a kind has something of ours by its name, but for those whose input is not told; nothing of ours is without a row. */
function byName<T>(kind: string, ours: Record<string, T>, untold: string[] = []): [string, T][] {
  expect([...Object.keys(ours), ...untold].sort()).toEqual(
    ofKind(kind)
      .map(({ name }) => name)
      .sort(),
  );
  return Object.entries(ours);
}

describe("a ticket", () => {
  for (const row of ofKind<TicketCase>("ticket")) {
    it(`has Rust's bytes: ${row.name}`, () => {
      const { input } = row;
      const [signing, verifying] = keyPairs({ [input.alg]: input.key })[input.alg]!;
      if (input.public) expect(toHex((verifying as Es256).bytes)).toBe(input.public);
      const claims = Object.fromEntries(
        // The vector writes the float 1.0 in words.
        Object.entries(input.claims ?? {}).map(([name, value]) => [
          name,
          value === "float 1.0" ? new JsonFloat(1) : value,
        ]),
      );
      const issuer = new JwtIssuer(signing, {
        issuer: input.iss,
        subject: input.sub,
        audience: input.aud,
        tokenId: input.jti,
        expiresAt: input.exp === undefined ? Expiration.never : Expiration.at(new DateTime(input.exp)),
        notBeforeMs: input.nbf === undefined ? undefined : input.nbf * 1000,
        claims,
      });
      const ticket = issuer.issue(PeerId.from(row.peer), input.iat * 1000);
      expect(ticket.class.hex).toBe(row.class);
      if (input.alg === "ES512") {
        // Rust draws the nonce of this algorithm at random (p521 0.13): all but the signature is equal, and both are right.
        expect(messageOf(textOf(ticket))).toBe(messageOf(row.data));
        expect(textOf(ticket)).not.toBe(row.data);
      } else {
        expect(textOf(ticket)).toBe(row.data);
        expect(ticketId(ticket).hex).toBe(row.id);
      }
      const validator = jwt({
        keys: verifying,
        allowNonExpiring: true,
        ...(input.iss === undefined ? {} : { issuers: [input.iss] }),
        ...(input.sub === undefined ? {} : { subject: input.sub }),
        ...(input.aud === undefined ? {} : { audiences: [input.aud] }),
        claims,
      });
      const expected = input.exp === undefined ? "never" : input.exp - NOW / 1000;
      for (const data of [ticket.data, new TextEncoder().encode(row.data)])
        expect(verdict(validator, data)).toBe(expected);
      expect(jwt({ keys: verifying }).class).toBe(JWT_TICKET_CLASS);
    });
  }
});

describe("an issuer", () => {
  const builders: Record<string, JwtClaims> = {
    "claim iss string": { claims: { iss: "x" } },
    "claim iss number clears": { issuer: "x", claims: { iss: 5 } },
    "claim exp u64 sets expiration": { claims: { exp: 4_102_444_800 } },
    "claim nbf string clears": { notBeforeMs: NOW, claims: { nbf: "x" } },
    "expiry with fraction is cut": { expiresAt: Expiration.at(new DateTime(4_102_444_800, 999_999_999)) },
  };
  const rows = ofKind<Case & { data: string }>("builder");
  for (const [name, claims] of byName("builder", builders)) {
    it(`builds as Rust does: ${name}`, () => {
      expect(textOf(new JwtIssuer(secret, claims).issue(peer, NOW))).toBe(rows.find((row) => row.name === name)!.data);
    });
  }
});

describe("the signature of a validator", () => {
  const claim = (value: JsonInput): Partial<JwtOptions> => ({ claims: { x: value } });
  const pairs = keyPairs();
  const configurations: Record<string, Partial<JwtOptions>> = {
    "HS256 0xAB*32 only": {},
    "HS256 + issuer my-app": { issuers: ["my-app"] },
    'HS256 issuer "a,b" (same as the previous)': { issuers: ["a,b"] },
    "HS256 issuers [b,a]": { issuers: ["b", "a"] },
    "HS256 max_lifetime 1500 ms (whole seconds)": { maxLifetimeMs: 1500 },
    "claim float 1.0": claim(new JsonFloat(1)),
    "claim integer 1": claim(1),
    "claim float 1e21": claim(new JsonFloat(1e21)),
    "claim float 0.1": claim(0.1),
    "claim float 1e-7": claim(1e-7),
    "claim float 123456789012345680000": claim(new JsonFloat(123456789012345680000)),
    "claim null": claim(null),
    "claim true": claim(true),
    "claims given z then a (sorted)": { claims: { z: 1, a: 2 } },
    "claim negative": claim(-5),
    "claim u64 max": claim(18446744073709551615n),
    HS384: { keys: new Hs384(new Uint8Array(48).fill(0xab)) },
    HS512: { keys: new Hs512(new Uint8Array(64).fill(0xab)) },
    "ES256 scalar 01*32": { keys: pairs["ES256"]![1] },
    "ES384 scalar 01*48": { keys: pairs["ES384"]![1] },
    "ES512 scalar 00 01*65": { keys: pairs["ES512"]![1] },
    "EdDSA seed 01*32": { keys: pairs["EdDSA"]![1] },
    "test suite default: HS256 B3(mosaik.test.jwt.secret), issuer mosaik.test.jwt.issuer": {
      keys: new Hs256(Digest.from("mosaik.test.jwt.secret").bytes),
      issuers: ["mosaik.test.jwt.issuer"],
    },
  };
  // The row does not say which values: the order of members is tested by itself.
  const untold = ["claim object, members given b then a"];
  const rows = ofKind<Case & { signature: string }>("validator-signature");
  for (const [name, options] of byName("validator-signature", configurations, untold)) {
    it(`is Rust's: ${name}`, () => {
      expect(jwt({ keys: secret, ...options }).signature.hex).toBe(rows.find((row) => row.name === name)!.signature);
    });
  }

  it("is that of the specification: everything set", () => {
    const options: JwtOptions = {
      keys: [secret],
      allowNonExpiring: true,
      issuers: ["a", "b"],
      audiences: ["x"],
      subject: "svc",
      maxLifetimeMs: 3_600_000,
      maxAgeMs: 60_000,
      claims: { role: "admin", tier: 2 },
    };
    expect(jwt(options).signature.hex).toBe("05f02541489093a7bf3b489963bcaa42e88339b88d0f0be7d73021efa8cb8528");
  });

  it("is that of the specification: a public key in hexadecimal digits", () => {
    const key = Es256.fromHex("0298a82ebe69ad57e0f7d5c2809a05188ff58572c5a5009015f26643f91e0d3236");
    const validator = jwt({ keys: key, issuers: ["es256-hex-issuer"] });
    expect(validator.signature.hex).toBe("fd66b5c4ace44b7a2cc4feb3b647ec62fc801d3e2f7115d9dcf6cdef44a623ba");
  });
});

describe("JSON", () => {
  for (const { bits, text } of ofKind<Case & { bits: string; text: string }>("json-number")) {
    it(`has serde_json's text of a float: ${text}`, () => {
      expect(jsonText(Buffer.from(bits, "hex").readDoubleBE())).toBe(text);
    });
  }
  for (const { value, text } of ofKind<Case & { value: string; text: string }>("json-string")) {
    it("has serde_json's text of a string", () => expect(jsonText(value)).toBe(text));
  }
});

describe("a verdict", () => {
  const now = NOW / 1000;
  const hour = now + 3600;
  const sub = `"sub":"${peer.hex}"`;
  const good = `{${sub},"exp":${hour}}`;
  const claiming = (members: string): Uint8Array => signed(`{${sub},"exp":${hour},${members}}`);
  const withExp = (exp: string): Uint8Array => signed(`{${sub},"exp":${exp}}`);
  const second = new Hs256(new Uint8Array(32).fill(0xcd));
  const padded = (): Uint8Array => {
    // 16 bytes more or less: the text of the claims ends with two symbols.
    let claims = good;
    while (claims.length % 3 !== 1) claims += " ";
    const header = toBase64url(new TextEncoder().encode('{"alg":"HS256"}'));
    return signedParts(header, `${toBase64url(new TextEncoder().encode(claims))}==`);
  };
  const appended = (suffix: string): Uint8Array => Buffer.concat([signed(good), Buffer.from(suffix)]);
  const tokens: Record<string, [Uint8Array, Partial<JwtOptions>?]> = {
    "exp in one hour (result is seconds from now)": [signed(good)],
    "no exp": [signed(`{${sub}}`)],
    "no exp, allowed": [signed(`{${sub}}`), { allowNonExpiring: true }],
    "wrong key": [signed(good), { keys: second }],
    "key of other alg": [signed(good), { keys: new Hs512(new Uint8Array(64).fill(0xab)) }],
    "second key verifies": [signed(good), { keys: [second, secret] }],
    "issuer allowed": [claiming('"iss":"b"'), { issuers: ["a", "b"] }],
    "issuer not allowed": [claiming('"iss":"c"'), { issuers: ["a", "b"] }],
    "subject other": [signed(`{"sub":"other","exp":${hour}}`)],
    "nbf in the future": [claiming(`"nbf":${now + 1}`)],
    "max_lifetime 3599": [signed(good), { maxLifetimeMs: 3_599_000 }],
    "max_age, iat old": [claiming(`"iat":${now - 61}`), { maxAgeMs: 60_000 }],
    "max_age, iat in the future": [claiming(`"iat":${now + 1000}`), { maxAgeMs: 60_000 }],
    "audience ok": [claiming('"aud":"x"'), { audiences: ["x", "y"] }],
    "audience missing": [signed(good), { audiences: ["x"] }],
    "custom claim ok": [claiming('"role":"admin"'), { claims: { role: "admin" } }],
    "custom claim other": [claiming('"role":"guest"'), { claims: { role: "admin" } }],
    "require_claim iss never passes": [claiming('"iss":"a"'), { claims: { iss: "a" } }],
    "claim 1 versus 1.0": [claiming('"v":1'), { claims: { v: new JsonFloat(1) } }],
    "header without typ": [signed(good, '{"alg":"HS256"}')],
    "header with kid and spaces": [signed(good, ' { "kid" : "k1", "alg" : "HS256" } ')],
    "alg lower case": [signed(good, '{"alg":"hs256"}')],
    "exp as float": [withExp(`${hour}.0`)],
    "exp as string": [withExp(`"${hour}"`)],
    "iat negative": [claiming('"iat":-1')],
    "nulls in registered claims": [claiming('"iss":null,"aud":null,"nbf":null,"iat":null,"jti":null')],
    "sub upper-case hex": [signed(`{"sub":"${peer.hex.toUpperCase()}","exp":${hour}}`)],
    "exp largest accepted 8210266876799": [withExp("8210266876799")],
    "exp 8210266876800": [withExp("8210266876800")],
    "exp u64 max": [withExp("18446744073709551615")],
    "duplicate member sub": [signed(`{${sub},${sub},"exp":${hour}}`)],
    "fourth part": [appended(".x")],
    "padding on the signature": [appended("=")],
    "trailing newline": [appended("\n")],
    "claims part with 2 padding characters, signed so": [padded()],
  };
  const rows = ofKind<Case & { accepted: boolean; expiration: number | "never" | null }>("validate");
  for (const [name, [data, options]] of byName("validate", tokens)) {
    it(`is Rust's: ${name}`, () => {
      const { accepted, expiration } = rows.find((row) => row.name === name)!;
      const outcome = verdict(jwt({ keys: secret, ...options }), data);
      if (name.startsWith("exp largest")) expect(outcome).toBe(8_210_266_876_799 - now);
      else if (accepted) expect(outcome).toBe(expiration);
      else expect(outcome).toMatch(/^[a-z][a-z ]{4,}/);
    });
  }
});
