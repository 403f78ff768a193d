import { describe, expect, it } from "vitest";
import { decodeExtension, encodeExtension } from "../../src/network/index.js";
import { fromHex, toHex } from "../../src/primitives/index.js";

describe("trailing extensions", () => {
  const fields = new Map([
    [2, Uint8Array.of(1, 2, 3)],
    [300, new Uint8Array(0)],
  ]);

  it("are a magic, a length, and fields of type, length and bytes (spec 08 §4)", () => {
    expect(toHex(encodeExtension(fields))).toBe("6d74733108" + "0203010203" + "ac0200");
    expect(decodeExtension(encodeExtension(fields))).toEqual(fields);
    expect(encodeExtension(new Map())).toHaveLength(0);
  });

  it("are read over bytes behind them, and only where they stand", () => {
    const bytes = encodeExtension(fields);
    expect(decodeExtension(Uint8Array.of(...bytes, 9, 9))).toEqual(fields);
    expect(decodeExtension(Uint8Array.of(0, ...bytes)).size).toBe(0);
  });

  it("are none where they are cut short or something else", () => {
    const bytes = encodeExtension(fields);
    for (let length = 0; length < bytes.length; length++)
      expect(decodeExtension(bytes.subarray(0, length)).size).toBe(0);
    expect(decodeExtension(fromHex("6d747331020205")!).size).toBe(0);
    expect(decodeExtension(fromHex("00000000")!).size).toBe(0);
  });

  it("count the first of two fields of one type", () => {
    expect(decodeExtension(fromHex("6d747331060201aa0201bb")!)).toEqual(new Map([[2, Uint8Array.of(0xaa)]]));
  });
});
