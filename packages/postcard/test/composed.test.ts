import { describe, expect, it } from "vitest";
import { t, type Codec } from "../src/index.js";
import { decodeError, encodeError } from "./support/errors.js";

describe("struct", () => {
  it("is its fields in the order given", () => {
    const codec = t.struct("demo::S", { b: t.u8, a: t.string });
    expect([...codec.encode({ a: "x", b: 1 })]).toEqual([1, 1, 0x78]);
    expect(Object.keys(codec.decode(Uint8Array.of(1, 0)))).toEqual(["b", "a"]);
  });

  it("refuses field names that objects treat in a way of their own", () => {
    expect(() => t.struct(JSON.parse('{ "__proto__": null }') as Record<string, Codec<unknown>>)).toThrow(TypeError);
    expect(() => t.struct({ ["__proto__"]: t.u8 })).toThrow("cannot be named __proto__");
    expect(() => t.struct({ a: t.u8, "0": t.u8 })).toThrow("cannot be named 0");
    expect(() => t.enum({ ["__proto__"]: t.unit })).toThrow(TypeError);
    expect(() => t.struct({ a: 5 as unknown as Codec<number> })).toThrow("not a codec");
  });

  it("takes fields that objects have by inheritance", () => {
    const codec = t.struct({ constructor: t.u8, toString: t.string });
    const value = codec.decode(Uint8Array.of(1, 1, 0x78));
    expect(Object.entries(value)).toEqual([
      ["constructor", 1],
      ["toString", "x"],
    ]);
  });

  it("refuses what is no object, and tuples and arrays of another length", () => {
    for (const value of [undefined, null, 1, "x"]) expect(encodeError(t.struct({}), value).code).toBe("wrongType");
    expect(encodeError(t.tuple(t.u8), [1, 2]).code).toBe("wrongLength");
    expect(encodeError(t.array(t.u16, 2), [1]).code).toBe("wrongLength");
    expect(encodeError(t.array(t.u8, 2), Uint8Array.of(1)).code).toBe("wrongLength");
    expect(encodeError(t.array(t.u8, 2), [1, 2]).code).toBe("wrongType");
    expect(() => t.array(t.u8, -1)).toThrow(TypeError);
    expect(() => t.fixedBytes(0.5)).toThrow(TypeError);
  });
});

describe("enum", () => {
  const Shape = t.enum("demo::Shape", { Empty: t.unit, Circle: t.u32, Rect: t.struct({ w: t.u32, h: t.u32 }) });

  it("is the index of the variant and its value", () => {
    expect([...Shape.encode({ kind: "Empty" })]).toEqual([0]);
    expect([...Shape.encode({ kind: "Circle", value: 300 })]).toEqual([1, 0xac, 2]);
    expect(Shape.decode(Uint8Array.of(2, 1, 2))).toEqual({ kind: "Rect", value: { w: 1, h: 2 } });
  });

  it("gives unit variants without a value, always the same and frozen", () => {
    expect(Shape.decode(Uint8Array.of(0))).toStrictEqual({ kind: "Empty" });
    expect(Shape.decode(Uint8Array.of(0))).toBe(Shape.decode(Uint8Array.of(0)));
    expect(Object.isFrozen(Shape.decode(Uint8Array.of(0)))).toBe(true);
  });

  it("refuses other kinds", () => {
    expect(encodeError(Shape, { kind: "Square" }).code).toBe("invalidVariant");
    expect(encodeError(Shape, { kind: "toString" }).code).toBe("invalidVariant");
    expect(encodeError(Shape, "Empty").code).toBe("wrongType");
    expect(encodeError(Shape, { kind: "Empty", value: 1 }).code).toBe("wrongType");
  });

  it("tells Ok from Err and the bounds from each other", () => {
    const codec = t.result(t.unit, t.string);
    expect(codec.decode(codec.encode({ kind: "Ok" }))).toEqual({ kind: "Ok" });
    expect(codec.decode(codec.encode({ kind: "Err", value: "no" }))).toEqual({ kind: "Err", value: "no" });
    const bound = t.bound(t.u64);
    expect([...bound.encode({ kind: "Excluded", value: 5n })]).toEqual([2, 5]);
    expect(bound.decode(Uint8Array.of(0))).toEqual({ kind: "Unbounded" });
  });
});

describe("option", () => {
  it("is the value or undefined", () => {
    expect([...t.option(t.u8).encode(undefined)]).toEqual([0]);
    expect([...t.option(t.u8).encode(5)]).toEqual([1, 5]);
    expect(encodeError(t.option(t.u8), null).code).toBe("wrongType");
    expect(decodeError(t.option(t.u8), [2]).code).toBe("invalidOption");
  });

  it("refuses types that have an undefined of their own", () => {
    for (const inner of [t.unit, t.option(t.u8), t.box(t.option(t.u8)), t.unitStruct("demo::Unit")]) {
      expect(() => t.option(inner as Codec<unknown>)).toThrow("nestedOption");
    }
    const hidden = t.option(t.transform(t.u8, { to: () => undefined, from: () => 0 }));
    expect(decodeError(hidden, [1, 1]).code).toBe("invalidValue");
  });

  it("nests in a wrapper", () => {
    const codec = t.nestedOption(t.option(t.u8));
    for (const value of [undefined, { some: undefined }, { some: 7 }]) {
      expect(codec.decode(codec.encode(value))).toEqual(value);
    }
    expect([...codec.encode({ some: undefined })]).toEqual([1, 0]);
    expect(encodeError(codec, 7).code).toBe("wrongType");
  });
});

describe("sets and maps", () => {
  it("are written in the order of Rust", () => {
    expect([...t.btreeSet(t.i32).encode(new Set([1, -1, 0]))]).toEqual([3, 1, 0, 2]);
    expect([...t.btreeSet(t.string).encode(new Set(["é", "Z", "a"]))]).toEqual([3, 1, 0x5a, 1, 0x61, 2, 0xc3, 0xa9]);
    expect([...t.btreeSet(t.reverse(t.u8)).encode(new Set([1, 2]))]).toEqual([2, 2, 1]);
    const bytes = [Uint8Array.of(2), Uint8Array.of(1, 2), Uint8Array.of(1)];
    expect([...t.btreeSet(t.vec(t.u8)).encode(new Set(bytes))]).toEqual([3, 1, 1, 2, 1, 2, 1, 2]);
    expect([
      ...t.btreeMap(t.bool, t.u8).encode(
        new Map([
          [true, 1],
          [false, 2],
        ]),
      ),
    ]).toEqual([2, 0, 2, 1, 1]);
  });

  it("count what is equal by value once, of equal keys the last", () => {
    const pair = t.tuple(t.u8, t.u8);
    expect([
      ...t.btreeSet(pair).encode(
        new Set([
          [1, 2],
          [1, 2],
        ]),
      ),
    ]).toEqual([1, 1, 2]);
    expect([
      ...t.btreeMap(pair, t.u8).encode(
        new Map([
          [[1, 2], 3],
          [[1, 2], 4],
        ]),
      ),
    ]).toEqual([1, 1, 2, 4]);
    expect(t.hashMap(pair, t.u8).decode(Uint8Array.of(2, 1, 2, 3, 1, 2, 4))).toEqual(new Map([[[1, 2], 4]]));
    expect(t.hashSet(pair).decode(Uint8Array.of(2, 1, 2, 1, 2)).size).toBe(1);
    expect(t.hashMap(t.u8, t.u8).decode(Uint8Array.of(2, 1, 3, 1, 4))).toEqual(new Map([[1, 4]]));
  });

  it("keep the order of the wire if they are hashed", () => {
    expect([...t.hashSet(t.string).decode(t.hashSet(t.string).encode(new Set(["b", "a"])))]).toEqual(["b", "a"]);
  });

  it("hold None in its place", () => {
    const codec = t.btreeSet(t.option(t.u8));
    expect([...codec.encode(new Set([2, undefined, 1]))]).toEqual([3, 0, 1, 1, 1, 2]);
    expect(codec.decode(Uint8Array.of(3, 1, 2, 0, 0))).toEqual(new Set([undefined, 2]));
  });

  it("refuse types without an order", () => {
    const unordered: Codec<unknown>[] = [
      t.f64,
      t.vec(t.f32),
      t.hashSet(t.u8),
      t.struct({ a: t.f64 }),
      t.binaryHeap(t.u8),
    ];
    for (const item of unordered) {
      expect(() => t.btreeSet(item)).toThrow("has no order");
      expect(() => t.btreeMap(item, t.u8)).toThrow(TypeError);
    }
  });

  it("refuse what is no set or map, and items that cannot be compared", () => {
    expect(encodeError(t.hashSet(t.u8), [1]).code).toBe("wrongType");
    expect(encodeError(t.hashMap(t.string, t.u8), { a: 1 }).code).toBe("wrongType");
    expect(encodeError(t.btreeSet(t.tuple(t.u8)), new Set([null, 1])).code).toBe("invalidValue");
    expect(encodeError(t.btreeSet(t.semver), new Set(["1.0.0", "x"])).code).toBe("invalidValue");
    const strange = t.transform(t.u8, {
      to: (value) => value,
      from: (value: number) => value,
      compare: () => {
        throw new Error("never");
      },
    });
    expect(decodeError(t.btreeSet(strange), [2, 1, 2]).code).toBe("invalidValue");
  });
});

describe("char", () => {
  it("is one code point", () => {
    for (const value of ["a", "\0", "é", "日", "😀"]) expect(t.char.decode(t.char.encode(value))).toBe(value);
    for (const value of ["", "ab", "😀😀"]) expect(encodeError(t.char, value).code).toBe("wrongLength");
    expect(encodeError(t.char, "\ud800").code).toBe("invalidValue");
    expect(encodeError(t.char, 97).code).toBe("wrongType");
  });

  it("reads the first of several within four bytes", () => {
    expect(t.char.decode(Uint8Array.of(4, 0x61, 0x62, 0x63, 0x64))).toBe("a");
    expect(t.char.decode(Uint8Array.of(0x84, 0, 0xf0, 0x9f, 0x98, 0x80))).toBe("😀");
    expect(decodeError(t.char, [5, 0x61, 0x62, 0x63, 0x64, 0x65]).code).toBe("invalidChar");
    expect(decodeError(t.char, [0]).code).toBe("invalidChar");
    expect(decodeError(t.char, [2, 0x61, 0xff]).code).toBe("invalidUtf8");
  });
});

it("refuses lone surrogates, which Rust's strings cannot hold", () => {
  for (const text of ["\ud800", "x\udc00", "\ud800x".repeat(40)]) {
    expect(encodeError(t.string, text).code).toBe("invalidValue");
  }
  expect(encodeError(t.json(), { a: 1n }).code).toBe("invalidValue");
});
