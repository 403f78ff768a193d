import { describe, expect, it } from "vitest";
import { t, type Codec } from "../src/index.js";
import { decodeError, encodeError } from "./support/errors.js";

const small: [string, Codec<number>, number, number][] = [
  ["u8", t.u8, 0, 0xff],
  ["i8", t.i8, -0x80, 0x7f],
  ["u16", t.u16, 0, 0xffff],
  ["i16", t.i16, -0x8000, 0x7fff],
  ["u32", t.u32, 0, 0xffff_ffff],
  ["i32", t.i32, -0x8000_0000, 0x7fff_ffff],
  ["u64 as number", t.u64.asNumber(), 0, Number.MAX_SAFE_INTEGER],
  ["usize as number", t.usize.asNumber(), 0, Number.MAX_SAFE_INTEGER],
  ["i64 as number", t.i64.asNumber(), Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ["isize as number", t.isize.asNumber(), Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
];
const large: [string, Codec<bigint>, bigint, bigint][] = [
  ["u64", t.u64, 0n, 2n ** 64n - 1n],
  ["usize", t.usize, 0n, 2n ** 64n - 1n],
  ["i64", t.i64, -(2n ** 63n), 2n ** 63n - 1n],
  ["isize", t.isize, -(2n ** 63n), 2n ** 63n - 1n],
  ["u128", t.u128, 0n, 2n ** 128n - 1n],
  ["i128", t.i128, -(2n ** 127n), 2n ** 127n - 1n],
];

describe.each(small)("%s", (_name, codec, min, max) => {
  it("holds its extremes and every power of two between them", () => {
    const values = [min, max, 0];
    for (let power = 1; power < max; power *= 2)
      values.push(power, power - 1, ...(min < 0 ? [-power, -power - 1] : []));
    for (const value of values.filter((one) => one >= min && one <= max)) {
      expect(codec.decode(codec.encode(value))).toBe(value);
    }
  });

  it("refuses what it does not hold", () => {
    for (const value of [min - 1, max + 1, 0.5, NaN, Infinity])
      expect(encodeError(codec, value).code).toBe("outOfRange");
    for (const value of [1n, "1", undefined, null, {}]) expect(encodeError(codec, value).code).toBe("wrongType");
  });
});

describe.each(large)("%s", (_name, codec, min, max) => {
  it("holds its extremes and every power of two between them", () => {
    const values = [min, max, 0n];
    for (let power = 1n; power < max; power *= 2n) {
      values.push(power, power - 1n, ...(min < 0n ? [-power, -power - 1n] : []));
    }
    for (const value of values) expect(codec.decode(codec.encode(value))).toBe(value);
  });

  it("refuses what it does not hold", () => {
    for (const value of [min - 1n, max + 1n]) expect(encodeError(codec, value).code).toBe("outOfRange");
    for (const value of [1, "1", undefined, null]) expect(encodeError(codec, value).code).toBe("wrongType");
  });
});

describe("64 bits as number", () => {
  it("writes the bytes of the bigint codec", () => {
    for (const value of [0, 1, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      expect(t.u64.asNumber().encode(value)).toEqual(t.u64.encode(BigInt(value)));
      for (const signed of [value, -value, -value - (value === Number.MAX_SAFE_INTEGER ? 0 : 1)]) {
        expect(t.i64.asNumber().encode(signed)).toEqual(t.i64.encode(BigInt(signed)));
      }
    }
  });

  it("refuses bytes of integers that a number cannot tell from others", () => {
    expect(decodeError(t.u64.asNumber(), t.u64.encode(2n ** 53n)).code).toBe("outOfRange");
    expect(decodeError(t.u64.asNumber(), t.u64.encode(2n ** 64n - 1n)).code).toBe("outOfRange");
    expect(decodeError(t.i64.asNumber(), t.i64.encode(2n ** 53n)).code).toBe("outOfRange");
    expect(decodeError(t.i64.asNumber(), t.i64.encode(-(2n ** 53n))).code).toBe("outOfRange");
    expect(decodeError(t.i64.asNumber(), t.i64.encode(-(2n ** 63n))).code).toBe("outOfRange");
  });
});

it("reads every NaN and writes Rust's", () => {
  for (const [codec, bytes] of [
    [t.f64, [1, 2, 3, 4, 5, 6, 0xf8, 0x7f]],
    [t.f64, [0, 0, 0, 0, 0, 0, 0xf8, 0xff]],
    [t.f32, [1, 0, 0xc0, 0x7f]],
  ] as const) {
    expect(codec.decode(Uint8Array.from(bytes))).toBeNaN();
  }
  expect(t.f64.encode(NaN)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x7f));
  expect(t.f32.encode(NaN)).toEqual(Uint8Array.of(0, 0, 0xc0, 0x7f));
});

it("refuses a zero in a NonZero, both ways", () => {
  expect(encodeError(t.nonZero(t.u64), 0n).code).toBe("outOfRange");
  expect(encodeError(t.nonZero(t.i32), 0).code).toBe("outOfRange");
  expect(decodeError(t.nonZero(t.i32), [0])).toMatchObject({ code: "outOfRange", offset: 0 });
});
