import { describe, expect, it } from "vitest";
import { BencodeError, decodeBencode, encodeBencode, type Bencoded } from "../../src/dht/bencode.js";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const text = (value: Bencoded): string => Buffer.from(encodeBencode(value)).toString("latin1");

describe("bencoding (BEP 3)", () => {
  it.each<[string, Bencoded]>([
    ["i0e", 0n],
    ["i-42e", -42n],
    ["i1790000000123456e", 1_790_000_000_123_456n],
    ["i9223372036854775807e", 2n ** 63n - 1n],
    ["0:", bytes("")],
    ["4:\xff\x00ab", bytes("\xff\x00ab")],
    ["le", []],
    ["li1e2:xye", [1n, bytes("xy")]],
    ["de", new Map()],
    [
      "d1:ad2:idi1ee1:y1:qe",
      new Map<string, Bencoded>([
        ["a", new Map([["id", 1n]])],
        ["y", bytes("q")],
      ]),
    ],
  ])("%j in both directions", (encoded, value) => {
    expect(text(value)).toBe(encoded);
    expect(decodeBencode(bytes(encoded))).toEqual(value);
  });

  it("dictionaries are written in the order of their keys' bytes, and read in any", () => {
    const value = new Map<string, Bencoded>([
      ["y", 1n],
      ["\xff", 3n],
      ["a", 2n],
    ]);
    expect(text(value)).toBe("d1:ai2e1:yi1e1:\xffi3ee");
    expect(decodeBencode(bytes("d1:yi1e1:ai2e1:\xffi3ee"))).toEqual(value);
  });

  it.each([
    "",
    "i",
    "ie",
    "i-e",
    "i01e",
    "i-0e",
    "i1.5e",
    "i1e5e",
    "i 1e",
    "i123456789012345678901e",
    "3:ab",
    "-1:",
    "01:a",
    "1",
    "x",
    "l",
    "li1e",
    "d",
    "di1ei2ee",
    "d1:ae",
    "d1:ai1e",
    "d1:ai1e1:ai2ee",
    "i1ei2e",
    "4294967296:a",
    `${"l".repeat(20)}${"e".repeat(20)}`,
  ])("%j is refused", (encoded) => {
    expect(() => decodeBencode(bytes(encoded))).toThrow(BencodeError);
  });
});
