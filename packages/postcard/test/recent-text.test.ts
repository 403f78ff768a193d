import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError, Reader, t } from "../src/index.js";

/** Inputs from here on are looked at by words, and texts in them are remembered. */
const LARGE_BYTES = 1024;

/** The values' bytes, one behind the other in the midst of a large buffer, and a reader of just these. */
function readerOf<T>(values: readonly T[], encode: (value: T) => Uint8Array): Reader {
  const bytes = Buffer.concat(values.map(encode));
  const all = Buffer.alloc(bytes.length + LARGE_BYTES + 3, 0xff);
  all.set(bytes, 3);
  return new Reader(all.subarray(1), 2, 2 + bytes.length);
}

describe("texts that come again and again", () => {
  // Few characters, so that many have the same length, beginning and end.
  const alike = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 70 });
  const similar = fc
    .tuple(fc.constantFrom("sensor-", "é", ""), fc.nat(3), fc.nat(70))
    .map(([name, digit, length]) => `${name}${digit}`.padEnd(length, "x") + "end");
  const texts = fc.array(fc.oneof(alike, similar, fc.string({ unit: "binary", maxLength: 70 })), { maxLength: 200 });

  it("are each read as what they are", () => {
    fc.assert(
      fc.property(texts, (distinct) => {
        const all = [...distinct, ...distinct, ...distinct.toReversed()];
        const reader = readerOf(all, (text) => t.string.encode(text));
        expect(all.map(() => t.string.read(reader))).toEqual(all);
        expect(reader.remaining).toBe(0);
      }),
    );
  });

  it("are refused where they are not UTF-8, however often they come", () => {
    const good = t.string.encode("0123456789abcdef");
    const bad = good.with(9, 0xff);
    for (const bytes of [good, good, bad, good, bad, bad, bad, good]) {
      const reader = readerOf([bytes], (same) => same);
      if (bytes === good) expect(t.string.read(reader)).toBe("0123456789abcdef");
      else expect(() => t.string.read(reader)).toThrow(DecodeError);
    }
  });
});

describe("large inputs", () => {
  it("hold the same floats as small ones, at any offset", () => {
    const floats = fc.array(fc.tuple(fc.nat(255), fc.double(), fc.float()), { maxLength: 50 });
    const codec = t.tuple(t.u8, t.f64, t.f32);
    fc.assert(
      fc.property(floats, (values) => {
        const reader = readerOf(values, (value) => codec.encode(value));
        expect(values.map(() => codec.read(reader))).toEqual(values.map((value) => codec.decode(codec.encode(value))));
      }),
    );
  });

  it("end where the reader's part of them ends", () => {
    const all = new Uint8Array(LARGE_BYTES);
    expect(() => t.f64.read(new Reader(all, 0, 7))).toThrow(DecodeError);
    expect(() => t.f32.read(new Reader(all, LARGE_BYTES - 3))).toThrow(DecodeError);
    expect(() => t.string.read(new Reader(all.fill(12), 0, 12))).toThrow(DecodeError);
  });

  it("give way to others that the reader is pointed at", () => {
    const reader = new Reader(new Uint8Array(LARGE_BYTES));
    const other = new Uint8Array(LARGE_BYTES);
    other.set(t.f64.encode(1.5));
    reader.reset(other);
    expect(t.f64.read(reader)).toBe(1.5);
    reader.reset(t.f64.encode(2.5));
    expect(t.f64.read(reader)).toBe(2.5);
  });
});
