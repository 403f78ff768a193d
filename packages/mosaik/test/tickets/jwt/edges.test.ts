import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../../src/primitives/index.js";
import { fromBase64url, toBase64url } from "../../../src/tickets/jwt/base64url.js";
import { claimsText, parseClaims } from "../../../src/tickets/jwt/claims.js";
import { EdDsa, Es256, Es384, Es512, type VerifyingKey } from "../../../src/tickets/jwt/index.js";
import { parseJson } from "../../../src/tickets/jwt/json-parser.js";
import { equalJson, JsonFloat, jsonOf, jsonText, type JsonInput } from "../../../src/tickets/jwt/json.js";
import { loadCases } from "../../vectors/load.js";

/** What the crates that mosaik 0.4.2 is made of say of inputs at the edges. */
interface TextCase {
  readonly kind: "base64" | "json" | "claims";
  readonly hex: string;
  readonly ok: boolean;
  readonly out?: string;
}
interface KeyCase {
  readonly kind: "EdDSA" | "ES256" | "ES384" | "ES512";
  readonly key: string;
  readonly message: string;
  readonly signature: string;
  readonly out: "badkey" | "true" | "false";
}

const cases = loadCases<TextCase | KeyCase>("jwt-edges.json");
const textCases = (kind: TextCase["kind"]): TextCase[] => cases.filter((one) => one.kind === kind) as TextCase[];
const keyCases = cases.filter((one): one is KeyCase => "key" in one);
const utf8 = new TextDecoder();

/** The result, or `undefined` for a refusal that is a SyntaxError. */
function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return undefined;
  }
}

describe("base64url", () => {
  for (const { hex, out } of textCases("base64")) {
    const text = utf8.decode(fromHex(hex));
    it(`is read as by base64 0.13: ${JSON.stringify(text)}`, () => {
      const bytes = fromBase64url(text);
      expect(bytes && toHex(bytes)).toBe(out);
    });
  }

  it("is written as Node writes it", () => {
    for (let length = 0; length < 100; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length * 91) & 255);
      expect(toBase64url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
      expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
    }
  });

  it("has symbols of its own alphabet only", () => {
    for (let code = 0; code < 0x180; code++) {
      const isSymbol = /^[A-Za-z0-9_-]$/.test(String.fromCharCode(code));
      expect(fromBase64url(`${String.fromCharCode(code)}AAA`) !== undefined, String(code)).toBe(isSymbol);
    }
  });
});

describe("JSON", () => {
  for (const { hex, out } of textCases("json")) {
    const bytes = fromHex(hex)!;
    it(`is read as by serde_json: ${JSON.stringify(utf8.decode(bytes).slice(0, 40))}`, () => {
      expect(attempt(() => jsonText(parseJson(bytes)))).toBe(out);
    });
  }

  it("is sorted by the bytes of its names, at every depth", () => {
    const value = jsonOf({ b: 1, a: { "\u{1f600}": 1, "\uffff": 2, z: [{ y: null, x: true }] } });
    expect(jsonText(value)).toBe('{"a":{"z":[{"x":true,"y":null}],"\uffff":2,"\u{1f600}":1},"b":1}');
  });

  it("tells integers from floats where it is equal, and looks at nothing but the members", () => {
    const same = (a: JsonInput, b: JsonInput): boolean => equalJson(jsonOf(a), jsonOf(b));
    expect(same(1, 1n)).toBe(true);
    expect(same(1, new JsonFloat(1))).toBe(false);
    expect(same(0, -0)).toBe(false);
    expect(same(new JsonFloat(0), -0)).toBe(true);
    expect(same({ a: [1, { b: null }], c: "x" }, { c: "x", a: [1n, { b: null }] })).toBe(true);
    expect(same({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(same({ a: null }, { b: null })).toBe(false);
    expect(same([1, 2], [1])).toBe(false);
    expect(same([], {})).toBe(false);
    expect(same(null, {})).toBe(false);
    expect(same("1", 1)).toBe(false);
  });

  it("is made of nothing but JSON, and of no number whose kind is in doubt", () => {
    const wrong: unknown[] = [
      undefined,
      NaN,
      Infinity,
      2 ** 53,
      -(2n ** 63n) - 1n,
      2n ** 64n,
      () => 1,
      Symbol("x"),
      new Date(0),
    ];
    for (const value of [...wrong, new Map(), { a: undefined }, [undefined]]) {
      expect(() => jsonOf(value as JsonInput), String(typeof value)).toThrow(TypeError);
    }
    expect(() => new JsonFloat(NaN)).toThrow(TypeError);
  });
});

describe("claims", () => {
  for (const { hex, out } of textCases("claims")) {
    const bytes = fromHex(hex)!;
    it(`are read as by jwt 0.16: ${utf8.decode(bytes).slice(0, 40)}`, () => {
      expect(attempt(() => claimsText(parseClaims(bytes)))).toBe(out);
    });
  }
});

describe("a key at the edge", () => {
  const constructors: Record<KeyCase["kind"], (hex: string) => VerifyingKey> = {
    EdDSA: (hex) => EdDsa.fromHex(hex),
    ES256: (hex) => Es256.fromHex(hex),
    ES384: (hex) => Es384.fromHex(hex),
    ES512: (hex) => Es512.fromHex(hex),
  };
  for (const { kind, key, message, signature, out } of keyCases) {
    it(`is judged as by Rust: ${kind} ${key.slice(0, 6)}…${key.slice(-4)} ${signature.slice(0, 4)}…: ${out}`, () => {
      if (out === "badkey") return expect(() => constructors[kind](key)).toThrow(TypeError);
      const judged = constructors[kind](key).verify(fromHex(message)!, fromHex(signature)!);
      expect(String(judged)).toBe(out);
    });
  }
});
