import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Reader, Writer, t } from "../src/index.js";
import { toHex } from "./support/hex.js";
import { anySchema, orderedSchema, type Schema } from "./support/schemas.js";

/** A schema with values of it. */
function withValues(schemas: fc.Arbitrary<Schema>, count: number): fc.Arbitrary<[Schema, unknown[]]> {
  return schemas.chain((schema) =>
    fc.tuple(fc.constant(schema), fc.array(schema.values, { minLength: count, maxLength: count })),
  );
}

describe("any type", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(withValues(anySchema, 1), ([{ codec }, [value]]) => {
        expect(codec.decode(codec.encode(value))).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes at least its minimal size, and no prefix of its bytes is one of its values", () => {
    fc.assert(
      fc.property(withValues(anySchema, 1), ([{ codec }, [value]]) => {
        const bytes = codec.encode(value);
        expect(bytes.length).toBeGreaterThanOrEqual(codec.minSize);
        if (bytes.length > 0) expect(() => codec.decode(bytes.subarray(0, -1))).toThrow("at byte");
      }),
      { numRuns: 1000 },
    );
  });

  it("is read one value after the other from where it stands", () => {
    fc.assert(
      fc.property(withValues(anySchema, 3), ([{ codec }, values]) => {
        const writer = new Writer(1);
        writer.u8(0xaa);
        for (const value of values) codec.write(writer, value);
        const reader = new Reader(writer.bytes, 1, writer.length);
        expect(values.map(() => codec.read(reader))).toEqual(values);
        expect(reader.remaining).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("is a Standard Schema that accepts its values", () => {
    fc.assert(
      fc.property(withValues(anySchema, 1), ([{ codec }, [value]]) => {
        expect(codec["~standard"].validate(value)).toEqual({ value });
      }),
      { numRuns: 300 },
    );
  });
});

describe("an ordered type", () => {
  it("has a total order that agrees with equality of bytes", () => {
    fc.assert(
      fc.property(withValues(orderedSchema, 3), ([{ codec }, values]) => {
        // In boxes, as Array.sort puts undefined last without asking.
        const sorted = values.map((value) => ({ value })).sort((a, b) => codec.compare(a.value, b.value));
        for (const [i, { value: a }] of sorted.entries()) {
          for (const [j, { value: b }] of sorted.entries()) {
            const order = Math.sign(codec.compare(a, b));
            expect(order).toBe(-Math.sign(codec.compare(b, a)) + 0);
            if (i < j) expect(order).toBeLessThanOrEqual(0);
            expect(order === 0).toBe(toHex(codec.encode(a)) === toHex(codec.encode(b)));
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("makes sets and maps canonical, whatever the order and the repetition", () => {
    fc.assert(
      fc.property(withValues(orderedSchema, 4), ([{ codec }, values]) => {
        const set = t.btreeSet(codec);
        const given = t.vec(t.newtype("demo::Item", codec)).encode([...values, ...values]);
        const ascending = [...set.decode(given)];
        for (let i = 1; i < ascending.length; i++) {
          expect(codec.compare(ascending[i - 1], ascending[i])).toBeLessThan(0);
        }
        const canonical = set.encode(new Set(ascending));
        expect(set.encode(new Set([...values].reverse()))).toEqual(canonical);
        expect(t.hashSet(codec).decode(given).size).toBe(ascending.length);
        const map = t.btreeMap(codec, t.u8);
        const entries = [...values, ...values].map((value, i) => [value, i] as const);
        const last = map.decode(map.encode(new Map(entries)));
        expect(last.size).toBe(ascending.length);
        expect(Math.min(...last.values())).toBeGreaterThanOrEqual(values.length);
      }),
      { numRuns: 500 },
    );
  });
});
