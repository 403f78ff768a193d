import { describe, expect, it } from "vitest";
import { Expiration, InvalidTicket, validateTicket } from "../../../src/tickets/index.js";
import {
  Es256SigningKey,
  Hs256,
  jwt,
  JwtIssuer,
  VerifyingKey,
  type JwtOptions,
} from "../../../src/tickets/jwt/index.js";
import { toBase64url } from "../../../src/tickets/jwt/base64url.js";
import { entryOf } from "../../discovery/entries.js";
import { entry, NOW, peer, secret, signed, signedParts, verdict } from "./support.js";

const now = NOW / 1000;
const utf8 = new TextEncoder();

/** The verdict on claims; `sub` and `exp` are good unless the claims say otherwise. */
function judge(members: Record<string, unknown>, options: Partial<JwtOptions> = {}, nowMs = NOW): number | string {
  const claims = JSON.stringify({ sub: peer.hex, exp: now + 3600, ...members });
  return verdict(jwt({ keys: secret, ...options }), signed(claims), nowMs);
}

describe("a validator refuses, step by step,", () => {
  it("what is not three parts of UTF-8", () => {
    const validator = jwt({ keys: secret });
    for (const data of [[], [0x2e], [0xff, 0x2e, 0x2e], [...utf8.encode("a.b")], [0xef, 0xbb, 0xbf, ...signed("{}")]]) {
      expect(verdict(validator, new Uint8Array(data))).toMatch(/^not (three parts|a header)/);
    }
  });

  it("a header without the name of an algorithm that a key has", () => {
    const good = `{"sub":"${peer.hex}","exp":${now + 1}}`;
    const validator = jwt({ keys: secret });
    for (const header of ["", "{", "null", "[]", '"HS256"', "{}", '{"alg":1}', '{"alg":null}', '{"alg":["HS256"]}']) {
      expect(verdict(validator, signed(good, header)), header).toBe("not a header with an algorithm");
    }
    for (const header of ['{"alg":"none"}', '{"alg":"HS512"}', '{"alg":"HS256 "}', '{"alg":"HS256","alg":"none"}']) {
      expect(verdict(validator, signed(good, header)), header).toBe("signed with an algorithm that no key has");
    }
    expect(verdict(validator, signed(good, '{"alg":"none","alg":"HS256"}'))).toBe(1);
    const padded = (length: number): string => '{"alg":"HS256"}'.padEnd(length);
    expect(verdict(validator, signed(good, padded(1536)))).toBe(1);
    expect(verdict(validator, signed(good, padded(1537)))).toBe("not a header with an algorithm");
  });

  it("what none of its keys signed: another key, no signature, the public key taken for a secret", () => {
    const good = `{"sub":"${peer.hex}","exp":${now + 1}}`;
    const es256 = new Es256SigningKey(new Uint8Array(32).fill(1)).verifyingKey();
    const confused = new Hs256(es256.bytes.subarray(1));
    const [header, claims] = ['{"alg":"HS256"}', good].map((text) => toBase64url(utf8.encode(text)));
    const unsigned = utf8.encode(`${header}.${claims}.`);
    expect(verdict(jwt({ keys: secret }), unsigned)).toBe("not signed by a known key");
    expect(verdict(jwt({ keys: new Hs256(new Uint8Array(32)) }), signed(good))).toBe("not signed by a known key");
    expect(verdict(jwt({ keys: es256 }), signed(good, '{"alg":"ES256"}', confused))).toBe("not signed by a known key");
    expect(verdict(jwt({ keys: es256 }), signed(good, header, confused))).toMatch(/header|algorithm/);
  });

  it("claims that are not base64url, not JSON, or not of their types", () => {
    const header = toBase64url(utf8.encode('{"alg":"HS256"}'));
    const validator = jwt({ keys: secret });
    expect(verdict(validator, signedParts(header, "A"))).toBe("claims that are not base64url");
    expect(verdict(validator, signedParts(header, ""))).toMatch(/^unreadable claims/);
    for (const members of [
      { iss: 1 },
      { sub: [] },
      { aud: ["x"] },
      { jti: {} },
      { exp: "1" },
      { nbf: -1 },
      { iat: 1.5 },
    ]) {
      expect(judge(members)).toMatch(/^unreadable claims: (iss|sub|aud|jti|exp|nbf|iat) is no/);
    }
  });

  it("another issuer, another subject, another audience, other claims", () => {
    expect(judge({}, { issuers: ["a"] })).toBe("another issuer");
    expect(judge({ iss: "A" }, { issuers: ["a"] })).toBe("another issuer");
    expect(judge({ iss: "anything" })).toBe(3600);
    expect(judge({ sub: "x" })).toBe("issued to another subject");
    expect(judge({ sub: undefined })).toBe("issued to another subject");
    expect(judge({}, { subject: "svc" })).toBe("issued to another subject");
    expect(judge({ sub: "svc" }, { subject: "svc" })).toBe(3600);
    expect(judge({ aud: "y" }, { audiences: ["x"] })).toBe("another audience");
    expect(judge({ aud: "y" })).toBe(3600);
    expect(judge({ a: { c: [1], b: null } }, { claims: { a: { b: null, c: [1] } } })).toBe(3600);
    expect(judge({ a: 1 }, { claims: { a: 1, b: 2 } })).toBe("another b");
    expect(judge({ a: null }, { claims: { a: null } })).toBe(3600);
    expect(judge({}, { claims: { a: null } })).toBe("another a");
  });

  it("a ticket before its time and from its last second on, by whole seconds", () => {
    expect(judge({ nbf: now + 1 })).toBe("not valid yet");
    expect(judge({ nbf: now + 1 }, {}, NOW + 999)).toBe("not valid yet");
    expect(judge({ nbf: now + 1 }, {}, NOW + 1000)).toBe(3599);
    expect(judge({ exp: now + 1 }, {}, NOW + 999)).toBe(1);
    expect(judge({ exp: now + 1 }, {}, NOW + 1000)).toBe("expired");
    expect(judge({ exp: 0 })).toBe("expired");
    expect(judge({ exp: undefined })).toBe("without an expiration");
    expect(judge({ exp: null })).toBe("without an expiration");
    expect(judge({ exp: undefined }, { allowNonExpiring: true })).toBe("never");
    expect(judge({ exp: now }, { allowNonExpiring: true })).toBe("expired");
  });

  it("a ticket that is valid for too long or too old, by whole seconds", () => {
    expect(judge({}, { maxLifetimeMs: 3_600_000 })).toBe(3600);
    expect(judge({}, { maxLifetimeMs: 3_599_999 })).toBe("valid for too long");
    expect(judge({}, { maxLifetimeMs: 3_599_999 }, NOW + 1000)).toBe(3599);
    expect(judge({ exp: undefined }, { maxLifetimeMs: 1, allowNonExpiring: true })).toBe("never");
    expect(judge({}, { maxAgeMs: 60_000 })).toBe("without a time of issue");
    expect(judge({ iat: now - 60 }, { maxAgeMs: 60_999 })).toBe(3600);
    expect(judge({ iat: now - 61 }, { maxAgeMs: 60_999 })).toBe("issued too long ago");
    expect(judge({ iat: now + 1e9 }, { maxAgeMs: 0 })).toBe(3600);
  });
});

describe("a validator", () => {
  it("throws at construction without a key, for claims that are no JSON, for durations that are none", () => {
    expect(() => jwt({ keys: [] })).toThrow(TypeError);
    expect(() => jwt({ keys: secret, claims: { a: 2 ** 60 } })).toThrow(TypeError);
    for (const durationMs of [-1, NaN, Infinity]) {
      expect(() => jwt({ keys: secret, maxAgeMs: durationMs })).toThrow(RangeError);
      expect(() => jwt({ keys: secret, maxLifetimeMs: durationMs })).toThrow(RangeError);
    }
  });

  it("does not change with the lists that it was made from", () => {
    const [keys, issuers, claims] = [[secret], ["a"], { role: "x" } as Record<string, string>];
    const validator = jwt({ keys, issuers, claims });
    keys.pop();
    issuers.push("b");
    claims["role"] = "y";
    const data = (iss: string, role: string): Uint8Array =>
      signed(JSON.stringify({ sub: peer.hex, exp: now + 5, iss, role }));
    expect(verdict(validator, data("a", "x"))).toBe(5);
    expect(verdict(validator, data("b", "x"))).toBe("another issuer");
    expect(verdict(validator, data("a", "y"))).toBe("another role");
  });

  it("asks a key once for the same ticket of the same peer, but each time where age counts", () => {
    let asked = 0;
    const counting = VerifyingKey.custom("HS256", "m", (data, signature) => {
      asked++;
      return secret.verify(data, signature);
    });
    const admitted = (options: Partial<JwtOptions>): number => {
      asked = 0;
      const validator = jwt({ keys: counting, ...options });
      const ticket = new JwtIssuer(secret, { expiresInMs: 60_000 }).issue(peer, NOW);
      const carrier = entry.withTicket(ticket, NOW);
      for (let i = 0; i < 5; i++) {
        const outcome = validateTicket(carrier.incremented(NOW + i), validator, NOW + i, (error) =>
          expect.fail(String(error)),
        );
        expect(outcome).toEqual(Expiration.after(60_000, NOW));
      }
      return asked;
    };
    expect(admitted({})).toBe(1);
    expect(admitted({ maxAgeMs: 1000 })).toBe(5);
  });

  it("admits a peer by its own ticket only, and by the latest of several", () => {
    const issuer = new JwtIssuer(secret);
    const [short, long] = [10_000, 20_000].map((ms) => issuer.issue(peer, NOW, { expiresInMs: ms }));
    const validator = jwt({ keys: secret });
    const judged = (carrier: typeof entry): unknown =>
      validateTicket(carrier, validator, NOW, (error) => expect.fail(String(error)));
    expect(judged(entry.withTicket(short!, NOW).withTicket(long!, NOW))).toEqual(Expiration.after(20_000, NOW));
    const stolen = judged(entryOf(9, NOW).withTicket(long!, NOW));
    expect(stolen).toBeInstanceOf(InvalidTicket);
    expect((stolen as InvalidTicket).message).toMatch(/issued to another subject/);
  });
});
