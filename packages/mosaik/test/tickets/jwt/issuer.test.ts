import { DateTime } from "@mosaik/postcard";
import { describe, expect, it } from "vitest";
import { ticketId } from "../../../src/network/index.js";
import { Expiration } from "../../../src/tickets/index.js";
import { JsonFloat, JwtIssuer, type JwtClaims } from "../../../src/tickets/jwt/index.js";
import { NOW, peer, secret, textOf } from "./support.js";

const now = NOW / 1000;

/** The text of the claims of a ticket. */
function claimsOf(defaults: JwtClaims, overrides: JwtClaims = {}, nowMs = NOW): string {
  const token = textOf(new JwtIssuer(secret, defaults).issue(peer, nowMs, overrides));
  return Buffer.from(token.split(".")[1]!, "base64url").toString();
}

describe("an issuer", () => {
  it("writes the registered claims in Rust's order and the others by their names", () => {
    const text = claimsOf({
      claims: { z: 1, a: [true, null], "\u{1f600}": "x", "\uffff": 2.5 },
      tokenId: "t",
      notBeforeMs: NOW + 1999,
      expiresInMs: 1500,
      audience: "x",
      subject: "svc",
      issuer: "us",
    });
    expect(text).toBe(
      `{"iss":"us","sub":"svc","aud":"x","exp":${now + 1},"nbf":${now + 1},"iat":${now},"jti":"t",` +
        `"a":[true,null],"z":1,"\uffff":2.5,"\u{1f600}":"x"}`,
    );
  });

  it("issues to the peer, now, and for ever unless told otherwise", () => {
    expect(claimsOf({}, {}, NOW + 999)).toBe(`{"sub":"${peer.hex}","iat":${now}}`);
    expect(claimsOf({ issuedAtMs: 5999 })).toBe(`{"sub":"${peer.hex}","iat":5}`);
  });

  it("issues the same ticket for the same claims, and reckons a lifetime from each moment of issue", () => {
    const issuer = new JwtIssuer(secret, { expiresInMs: 60_000 });
    expect(ticketId(issuer.issue(peer, NOW))).toBe(ticketId(issuer.issue(peer.hex, NOW + 999)));
    expect(claimsOf({ expiresInMs: 60_000 }, {}, NOW + 5000)).toContain(`"exp":${now + 65}`);
  });

  it("lets a ticket override the defaults, one form of expiration by the other, and claims one by one", () => {
    const at = Expiration.at(new DateTime(now + 7));
    expect(claimsOf({ expiresInMs: 60_000 }, { expiresAt: at })).toContain(`"exp":${now + 7}`);
    expect(claimsOf({ expiresAt: at }, { expiresInMs: 60_000 })).toContain(`"exp":${now + 60}`);
    expect(claimsOf({ expiresInMs: 60_000 }, { expiresAt: Expiration.never })).not.toContain("exp");
    expect(claimsOf({ issuer: "a", claims: { x: 1, y: 1 } }, { issuer: "b", claims: { y: 2 } })).toBe(
      `{"iss":"b","sub":"${peer.hex}","iat":${now},"x":1,"y":2}`,
    );
  });

  it("takes registered names among the claims for the options, as Rust does", () => {
    const claims = { iss: "i", sub: "s", aud: "a", jti: "j", nbf: 1, iat: 2, exp: 3 };
    expect(claimsOf({ claims })).toBe('{"iss":"i","sub":"s","aud":"a","exp":3,"nbf":1,"iat":2,"jti":"j"}');
    const cleared = { iss: 1, sub: null, aud: true, jti: [], nbf: -1, iat: new JsonFloat(2) };
    const options = { issuer: "i", subject: "s", audience: "a", tokenId: "j", notBeforeMs: 1000, issuedAtMs: 1000 };
    expect(claimsOf({ ...options, claims: cleared })).toBe(`{"sub":"${peer.hex}","iat":${now}}`);
    const untimely = { expiresInMs: 1000, claims: { exp: "soon" } };
    expect(claimsOf(untimely)).toBe(`{"sub":"${peer.hex}","exp":${now + 1},"iat":${now},"exp":"soon"}`);
  });

  it("throws for times that no ticket holds, and for claims that are no JSON", () => {
    for (const claims of [{ issuedAtMs: -1 }, { notBeforeMs: NaN }, { expiresAt: Expiration.at(new DateTime(-1)) }]) {
      expect(() => claimsOf(claims)).toThrow(RangeError);
    }
    expect(() => claimsOf({ claims: { a: NaN } })).toThrow(TypeError);
    expect(() => new JwtIssuer(secret).issue("not a peer", NOW)).toThrow(TypeError);
  });
});
