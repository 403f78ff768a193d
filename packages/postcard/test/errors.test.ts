import { describe, expect, it } from "vitest";
import { DecodeError, EncodeError, Reader, t } from "../src/index.js";
import { decodeError, encodeError } from "./support/errors.js";

const Item = t.struct("demo::Item", { id: t.u32, name: t.string });
const Shape = t.enum({ Empty: t.unit, Rect: t.struct({ w: t.u32, h: t.u32 }) });
const Order = t.struct({
  items: t.vec(Item),
  shape: t.option(Shape),
  prices: t.hashMap(t.string, t.tuple(t.u8, t.bool)),
  tags: t.btreeSet(t.string),
  grid: t.array(t.bool, 2),
  note: t.encoded(t.nestedOption(t.bool)),
});
const good: t.Infer<typeof Order> = {
  items: [{ id: 1, name: "a" }],
  shape: { kind: "Rect", value: { w: 1, h: 2 } },
  prices: new Map([["x", [1, true]]]),
  tags: new Set(["t"]),
  grid: [true, false],
  note: { some: true },
};

describe("EncodeError", () => {
  it.each([
    ["items[1].name", { items: [...good.items, { id: 2, name: 7 }] }],
    ["items", { items: "none" }],
    ["shape.Rect.h", { shape: { kind: "Rect", value: { w: 1, h: -2 } } }],
    ["prices[0].value[1]", { prices: new Map([["x", [1, 1]]]) }],
    ["prices[0].key", { prices: new Map([[1, [1, true]]]) }],
    ["tags[0]", { tags: new Set([1]) }],
    ["grid[1]", { grid: [true, 0] }],
    ["note.some", { note: { some: 1 } }],
  ])("names the place %s", (path, change) => {
    const error = encodeError(Order, { ...good, ...change });
    expect(error.path).toBe(path);
    expect(error.message).toContain(`(in ${path})`);
  });

  it("names no place for the value itself", () => {
    expect(encodeError(Order, 5)).toMatchObject({ code: "wrongType", path: "", message: "expected an object, got 5" });
  });

  it("keeps an error of its own class out of the shared buffer", () => {
    encodeError(Order, { ...good, grid: [true, 0] });
    expect(Order.decode(Order.encode(good))).toEqual(good);
  });
});

describe("DecodeError", () => {
  const Two = t.struct({ items: t.vec(Item), flag: t.bool });

  it.each([
    ["items[1].name", "unexpectedEnd", [2, 1, 1, 0x61, 2, 5, 0x61]],
    ["items", "unexpectedEnd", [200, 1]],
    ["items[0].name", "invalidUtf8", [1, 1, 1, 0xff, 0]],
    ["flag", "invalidBool", [0, 2]],
    ["flag", "unexpectedEnd", [0]],
  ])("names the place %s and the reason %s", (path, code, bytes) => {
    const error = decodeError(Two, bytes);
    expect(error).toMatchObject({ path, code });
    expect(error.message).toContain(`at byte ${error.offset} (in ${path})`);
  });

  it("names the variant of an enum and the part of a map", () => {
    expect(decodeError(Shape, [1, 1])).toMatchObject({ path: "Rect.h", code: "unexpectedEnd", offset: 2 });
    expect(decodeError(Shape, [2])).toMatchObject({ path: "", code: "invalidVariant", offset: 0 });
    const map = t.btreeMap(t.u8, t.bool);
    expect(decodeError(map, [2, 1, 1, 2, 2])).toMatchObject({ path: "[1].value", code: "invalidBool" });
    expect(decodeError(t.btreeMap(t.bool, t.u8), [1, 2, 2])).toMatchObject({ path: "[0].key" });
  });

  it("has a stack that begins with decode, and none where the value was read", () => {
    const framesMax = Error.stackTraceLimit;
    const error = decodeError(Two, [0, 2]);
    expect(error.stack).toMatch(/^DecodeError: 2 is .* at byte 1 \(in flag\)\n +at \S*\.decode /);
    const read = (): unknown => Two.read(new Reader(new Uint8Array([0, 2])));
    expect(read).toThrow(expect.objectContaining({ stack: error.stack!.split("\n", 1)[0] }));
    expect(Error.stackTraceLimit).toBe(framesMax);
  });

  it("is not an EncodeError, and both are Errors with a name", () => {
    const error = decodeError(Shape, []);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(EncodeError);
    expect(error.name).toBe("DecodeError");
    expect(new DecodeError("tooDeep", "deep", 3).message).toBe("deep at byte 3");
  });
});
