import { describe, expect, it } from "vitest";
import { COPY_BELOW_BYTES, DecodeError, Reader, t } from "../src/index.js";
import { decodeError } from "./support/errors.js";

describe("Reader", () => {
  it("reads between its bounds only", () => {
    const reader = new Reader(Uint8Array.of(9, 1, 2, 9), 1, 3);
    expect([t.u8.read(reader), t.u8.read(reader), reader.remaining]).toEqual([1, 2, 0]);
    expect(() => t.u8.read(reader)).toThrow(DecodeError);
    reader.reset(Uint8Array.of(7));
    expect(t.u8.read(reader)).toBe(7);
  });

  it("refuses bounds outside of the bytes, a mistake of the program", () => {
    expect(() => new Reader(new Uint8Array(4), 3, 2)).toThrow(TypeError);
    expect(() => new Reader(new Uint8Array(4), 0, 5)).toThrow(TypeError);
    expect(() => new Reader(new Uint8Array(4), -1)).toThrow(TypeError);
  });

  it("copies small byte values and gives views of large ones", () => {
    const chunk = t.bytes.encode(new Uint8Array(COPY_BELOW_BYTES - 1));
    expect(t.bytes.decode(chunk).buffer).not.toBe(chunk.buffer);
    expect(t.bytes.decode(chunk).buffer.byteLength).toBe(COPY_BELOW_BYTES - 1);
    const large = t.bytes.encode(new Uint8Array(COPY_BELOW_BYTES));
    expect(t.bytes.decode(large).buffer).toBe(large.buffer);
  });

  it("gives plain arrays and true copies of a Node Buffer too", () => {
    const buffer = Buffer.concat([Buffer.from([3, 1, 2, 3]), Buffer.from([3, 4, 5, 6])]);
    const [first, second] = t.tuple(t.bytes, t.vec(t.u8)).decode(buffer);
    buffer.fill(0);
    expect([first, second]).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)]);
    expect(first.constructor).toBe(Uint8Array);
    const large = Buffer.from(t.bytes.encode(new Uint8Array(COPY_BELOW_BYTES).fill(5)));
    const view = t.bytes.decode(large);
    expect(view.constructor).toBe(Uint8Array);
    expect([view.length, view[0], view.at(-1)]).toEqual([COPY_BELOW_BYTES, 5, 5]);
  });

  it("keeps a byte order mark, which is a character like others", () => {
    expect(t.string.decode(t.string.encode("\ufeffx"))).toBe("\ufeffx");
    expect(t.string.decode(t.string.encode("\ufeff" + "x".repeat(40)))).toBe("\ufeff" + "x".repeat(40));
  });

  it.each([
    ["a continuation byte alone", [1, 0x80]],
    ["an over-long form", [2, 0xc0, 0xaf]],
    ["a surrogate", [3, 0xed, 0xa0, 0x80]],
    ["a code point beyond Unicode", [4, 0xf4, 0x90, 0x80, 0x80]],
    ["a cut sequence", [1, 0xc3]],
    ["a bad byte at the end of a long text", [30, ...new Array<number>(29).fill(0x61), 0xff]],
  ])("refuses %s as UTF-8", (_what, bytes) => {
    expect(decodeError(t.string, bytes).code).toBe("invalidUtf8");
  });

  it("accepts long forms of varints in range and refuses what is too long or too large", () => {
    expect(t.u16.decode(Uint8Array.of(0x81, 0x80, 0x00))).toBe(1);
    expect(decodeError(t.u16, [0x81, 0x80, 0x80, 0x00]).code).toBe("varintTooLong");
    expect(decodeError(t.u16, [0x81, 0x80, 0x04]).code).toBe("outOfRange");
    expect(decodeError(t.u32, [0x81, 0x80, 0x80, 0x80, 0x80, 0x00]).code).toBe("varintTooLong");
    expect(decodeError(t.u64, [...new Array<number>(9).fill(0xff), 0x02]).code).toBe("outOfRange");
    expect(decodeError(t.u64, [...new Array<number>(10).fill(0x80), 0x00]).code).toBe("varintTooLong");
    expect(decodeError(t.i128, [...new Array<number>(19).fill(0x80), 0x00]).code).toBe("varintTooLong");
    expect(decodeError(t.i128, [...new Array<number>(18).fill(0x80), 0x04]).code).toBe("outOfRange");
    expect(t.u64.asNumber().decode(Uint8Array.of(...new Array<number>(9).fill(0x80), 0x00))).toBe(0);
  });
});
