import { describe, expect, it } from "vitest";
import { DecodeError, EncodeError, t, type Codec } from "../src/index.js";
import { decodeError, encodeError } from "./support/errors.js";
import { schemaOf } from "./support/schema-of.js";

describe("transform", () => {
  class Celsius {
    constructor(readonly degrees: number) {
      if (degrees < -273.15) throw new RangeError(`${degrees} is colder than possible`);
    }
  }
  const codec = t.transform(t.f64, {
    to: (degrees) => new Celsius(degrees),
    from: (value: Celsius) => value.degrees,
    compare: (a, b) => a.degrees - b.degrees,
    rustName: "demo::Celsius",
  });

  it("has the bytes of the one codec and the values of the other", () => {
    expect(codec.decode(t.f64.encode(20))).toEqual(new Celsius(20));
    expect(codec.encode(new Celsius(20))).toEqual(t.f64.encode(20));
    expect([codec.rustName, t.vec(codec).rustName]).toEqual(["demo::Celsius", "alloc::vec::Vec<demo::Celsius>"]);
  });

  it("turns what the functions throw into its own errors, with the cause", () => {
    const error = decodeError(t.vec(codec), [1, ...t.f64.encode(-300)]);
    expect(error).toMatchObject({ code: "invalidValue", path: "[0]", offset: 1 });
    expect(error.message).toContain("-300 is colder than possible");
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(encodeError(codec, undefined)).toMatchObject({ code: "invalidValue" });
  });

  it("keeps the errors that the functions make on purpose", () => {
    const strict = t.transform(t.u8, {
      to: (): number => {
        throw new DecodeError("outOfRange", "no", 7);
      },
      from: (): number => {
        throw new EncodeError("wrongLength", "no");
      },
    });
    expect(decodeError(strict, [1])).toMatchObject({ code: "outOfRange", offset: 7 });
    expect(encodeError(strict, 1).code).toBe("wrongLength");
  });

  it("has the name and the order of the inner codec unless it has its own", () => {
    const doubled = t.transform(t.u32, { to: (value) => BigInt(value), from: (value: bigint) => Number(value) });
    expect(doubled.rustName).toBe("u32");
    expect([...t.btreeSet(doubled).encode(new Set([3n, 1n]))]).toEqual([2, 1, 3]);
    expect([...t.btreeSet(codec).encode(new Set([new Celsius(2), new Celsius(1)]))].slice(8, 9)).toEqual([0x3f]);
  });
});

describe("custom", () => {
  const Text = t.custom<string>({
    rustName: "all::CustomData",
    encode: (value) => new TextEncoder().encode(value),
    decode: (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
  });

  it("is the bytes that its functions say, without anything around them", () => {
    expect([...Text.encode("hi")]).toEqual([0x68, 0x69]);
    expect(Text.decode(Uint8Array.of(0x68, 0x69))).toBe("hi");
    expect(t.tuple(t.u8, Text).decode(Uint8Array.of(1, 0x68))).toEqual([1, "h"]);
    const list = t.vec(t.encoded(Text));
    expect(list.decode(list.encode(["a", "", "bc"]))).toEqual(["a", "", "bc"]);
  });

  it("turns what the functions throw into its own errors", () => {
    expect(decodeError(Text, [0xff]).code).toBe("invalidValue");
    const failing = t.custom<number>({ encode: () => fail("e"), decode: () => fail("d") });
    expect(encodeError(failing, 1).message).toBe("e");
    expect(decodeError(failing, [1]).message).toContain("d");
  });

  it("has no order unless given one, and compares by bytes", () => {
    expect(() => t.btreeSet(Text)).toThrow("no order");
    expect(Text.compare("a", "b")).toBeLessThan(0);
    const sorted = t.custom<string>({
      encode: (value) => Text.encode(value),
      decode: (bytes) => Text.decode(bytes),
      compare: (a, b) => b.length - a.length,
    });
    expect(t.btreeSet(t.encoded(sorted)).encode(new Set(["a", "bb"]))).toEqual(
      Uint8Array.of(2, 2, 0x62, 0x62, 1, 0x61),
    );
  });

  it("may use other codecs while it encodes", () => {
    const outer = t.custom<number[]>({
      encode: (values) => Uint8Array.from(values.flatMap((value) => [...t.u32.encode(value)])),
      decode: (bytes) => [...bytes],
    });
    expect([...t.tuple(t.string, outer).encode(["x", [1, 2]])]).toEqual([1, 0x78, 1, 2]);
  });
});

describe("json", () => {
  it("is text that Rust sees as a String", () => {
    const codec = t.json<{ a: number }>();
    expect(t.string.decode(codec.encode({ a: 1 }))).toBe('{"a":1}');
    expect(codec.decode(t.string.encode('{"a":2}'))).toEqual({ a: 2 });
    expect(codec.rustName).toBeUndefined();
  });

  it("refuses what has no JSON, both ways", () => {
    expect(encodeError(t.json(), undefined).code).toBe("invalidValue");
    expect(encodeError(t.json(), () => 1).code).toBe("invalidValue");
    expect(decodeError(t.json(), t.string.encode("{")).code).toBe("invalidValue");
    expect(decodeError(t.json(), t.string.encode("[".repeat(100_000))).code).toBe("invalidValue");
  });
});

describe("refine", () => {
  const Even = t.u32.refine(schemaOf((value: number) => (value % 2 === 0 ? value : fail(`${value} is odd`))));

  it("checks before encoding and after decoding", () => {
    expect(Even.decode(Even.encode(4))).toBe(4);
    expect(encodeError(Even, 3).message).toContain("3 is odd");
    expect(decodeError(t.vec(Even), [2, 2, 3])).toMatchObject({ code: "invalidValue", path: "[1]", offset: 2 });
    expect([Even.rustName, Even.isOrdered, Even.minSize]).toEqual(["u32", true, 1]);
  });

  it("uses what the schema returns", () => {
    const Trimmed = t.string.refine(schemaOf((value: string) => value.trim()));
    expect(t.string.decode(Trimmed.encode(" x "))).toBe("x");
    expect(Trimmed.decode(t.string.encode(" x "))).toBe("x");
  });

  it("refuses schemas that wait or throw", () => {
    const slow = {
      "~standard": { version: 1, vendor: "test", validate: () => Promise.reject(new Error("late")) },
    } as const;
    expect(encodeError(t.u8.refine<number>(slow), 1).message).toContain("asynchronous");
    const broken = { "~standard": { version: 1, vendor: "test", validate: () => fail("broken") } } as const;
    expect(decodeError(t.u8.refine<number>(broken), [1]).message).toContain("broken");
  });
});

describe("Standard Schema", () => {
  const Reading = t.struct({ sensor: t.string, values: t.vec(t.u8.refine(schemaOf((value: number) => value))) });

  it("accepts what can be encoded and tells what cannot, and where", () => {
    const { validate, version, vendor } = Reading["~standard"];
    expect([version, vendor]).toEqual([1, "@mosaik/postcard"]);
    const value = { sensor: "a", values: [1] };
    expect(validate(value)).toEqual({ value });
    expect(validate({ sensor: "a", values: [1, 256] })).toMatchObject({ issues: [{ path: ["values", 1] }] });
    expect(validate(undefined)).toMatchObject({ issues: [{ path: [] }] });
  });
});

describe("lazy", () => {
  interface Tree {
    value: number;
    children: Tree[];
  }
  const Tree: Codec<Tree> = t.struct("demo::Tree", {
    value: t.u32,
    children: t.vec(t.lazy(() => Tree, "demo::Tree")),
  });

  it("holds recursive types", () => {
    const tree: Tree = { value: 1, children: [{ value: 2, children: [{ value: 3, children: [] }] }] };
    expect([...Tree.encode(tree)]).toEqual([1, 1, 2, 1, 3, 0]);
    expect(Tree.decode(Tree.encode(tree))).toEqual(tree);
    expect([Tree.rustName, Tree.minSize, Tree.isOrdered]).toEqual(["demo::Tree", 2, true]);
  });

  it("answers for types that contain themselves without end", () => {
    const Endless: Codec<unknown> = t.struct({ self: t.lazy(() => Endless) });
    expect([Endless.minSize, Endless.isOrdered]).toEqual([0, true]);
    expect(decodeError(Endless, []).code).toBe("tooDeep");
  });
});

function fail(message: string): never {
  throw new Error(message);
}
