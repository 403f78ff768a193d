import { describe, expect, it } from "vitest";
import { mutate, seededRandom } from "../../../../postcard/test/support/mutations.js";
import { toHex } from "../../../src/primitives/index.js";
import { Expiration, InvalidTicket } from "../../../src/tickets/index.js";
import { Es256SigningKey, Hs256, jwt, JwtIssuer } from "../../../src/tickets/jwt/index.js";
import { fromBase64url, toBase64url } from "../../../src/tickets/jwt/base64url.js";
import { parseJson } from "../../../src/tickets/jwt/json-parser.js";
import type { Json } from "../../../src/tickets/jwt/json.js";
import { entry, NOW, peer, secret, signedParts } from "./support.js";

/** Mutations of tickets; 10^6 in the full run, `npm run test:hostile`. */
const mutations = Number(process.env["MOSAIK_HOSTILE"] ?? 1e4);
const seed = Number(process.env["MOSAIK_SEED"] ?? 1);
const timeoutMs = 30_000 + mutations / 5;
const utf8 = new TextDecoder();

const es256 = new Es256SigningKey(new Uint8Array(32).fill(1));
const claims = { issuer: "us", expiresInMs: 3_600_000, claims: { role: ["a", { b: 1, c: 1.5 }], é: "\u0001😀" } };
const validator = jwt({
  keys: [secret, es256.verifyingKey()],
  issuers: ["us"],
  audiences: [],
  maxLifetimeMs: 3_600_000,
});
const ticket = new JwtIssuer(secret, claims).issue(peer, NOW).data;
const es256Ticket = new JwtIssuer(es256, claims).issue(peer, NOW).data;

function judge(data: Uint8Array): Expiration | InvalidTicket {
  const outcome = validator.validate(data, entry, NOW);
  if (!(outcome instanceof Expiration)) expect(outcome).toBeInstanceOf(InvalidTicket);
  return outcome;
}

/** What a JSON.parse of the platform says, numbers as it holds them. */
function plain(value: Json): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, member]) => [name, plain(member as Json)]));
  return (value as readonly Json[]).map(plain);
}

describe(`mutated tickets (seed ${seed})`, () => {
  it("are refused, or are the same ticket in another spelling", { timeout: timeoutMs }, () => {
    const random = seededRandom(seed);
    const originals = new Map<string, Uint8Array>();
    for (const one of [ticket, es256Ticket]) {
      const text = utf8.decode(one);
      originals.set(text.slice(0, text.lastIndexOf(".")), fromBase64url(text.slice(text.lastIndexOf(".") + 1))!);
    }
    for (let i = 0; i < mutations; i++) {
      // Elliptic curves take their time: a few of their tickets do.
      const data = mutate(i % 20 === 0 ? es256Ticket : ticket, random);
      if (judge(data) instanceof InvalidTicket) continue;
      const text = utf8.decode(data);
      const signature = originals.get(text.slice(0, text.lastIndexOf(".")));
      expect(fromBase64url(text.slice(text.lastIndexOf(".") + 1)), text).toEqual(signature);
    }
  });

  it(
    "whose claims were changed before they were signed are refused, or claim what they may",
    { timeout: timeoutMs },
    () => {
      const random = seededRandom(seed + 1);
      const [header, body] = utf8.decode(ticket).split(".") as [string, string, string];
      const original = fromBase64url(body)!;
      // Signing with the real secret takes most of the time.
      const quick = new Hs256(new Uint8Array(32));
      for (let i = 0; i < mutations / 10; i++) {
        const changed = mutate(original, random);
        const outcome = jwt({ keys: quick, issuers: ["us"] }).validate(
          signedParts(header, toBase64url(changed), quick),
          entry,
          NOW,
        );
        if (outcome instanceof InvalidTicket) continue;
        const read = JSON.parse(utf8.decode(changed)) as Record<string, unknown>;
        expect(read["sub"], toHex(changed)).toBe(peer.hex);
        expect(read["iss"]).toBe("us");
        expect(outcome.moment!.seconds).toBe(read["exp"]);
      }
    },
  );

  it("hold JSON that is refused, or means what the platform reads", { timeout: timeoutMs }, () => {
    const random = seededRandom(seed + 2);
    const original = fromBase64url(utf8.decode(ticket).split(".")[1]!)!;
    const numbers = new TextEncoder().encode(
      '[0,-1,12.5e-3,1E+2,18446744073709551616,"\\ud83d\\ude00\\n",{"a":{"b":[]}}, true , null]',
    );
    for (let i = 0; i < mutations; i++) {
      const bytes = mutate(i % 2 === 0 ? original : numbers, random);
      let value: Json;
      try {
        value = parseJson(bytes);
      } catch (error) {
        expect(error, toHex(bytes)).toBeInstanceOf(SyntaxError);
        continue;
      }
      const expected: unknown = JSON.parse(utf8.decode(bytes));
      // Own members named __proto__ aside, which fromEntries makes as well.
      expect(plain(value), toHex(bytes)).toEqual(expected);
    }
  });

  it("that are as large and as deep as an entry lets them be are refused within 10 ms", () => {
    const texts = [
      "[".repeat(190_000),
      '{"a":'.repeat(30_000),
      `{"a":"${"\\u0041".repeat(30_000)}"}`,
      `{${'"a":1,'.repeat(30_000)}"b":2}`,
    ];
    const parts = texts.map((text) => toBase64url(new TextEncoder().encode(text)));
    const [header] = utf8.decode(ticket).split(".");
    const large = [
      ...parts.map((part) => `${part}.AAAA.AAAA`),
      `${header}.${parts[0]}.AAAA`,
      `${header}.AAAA.${parts[0]}`,
    ];
    for (const text of large) {
      const data = new TextEncoder().encode(text);
      const times = Array.from({ length: 11 }, () => {
        const start = performance.now();
        expect(judge(data)).toBeInstanceOf(InvalidTicket);
        return performance.now() - start;
      });
      // The median: a machine that is busy otherwise is not what is measured.
      expect(times.sort((a, b) => a - b)[5], text.slice(0, 60)).toBeLessThan(10);
      if (process.env["MOSAIK_STATS"]) console.log(text.slice(0, 60), times[5]);
    }
  });
});
