import { describe, expect, it } from "vitest";
import { DEPTH_MAX, LEVEL_HEIGHT, Reader, Writer, ZERO_SIZE_ITEMS_MAX, t, type Codec } from "../src/index.js";
import { decodeError, encodeError } from "./support/errors.js";

interface Chain {
  next: Chain | undefined;
}
const Chain: Codec<Chain> = t.struct({ next: t.option(t.lazy(() => Chain)) });

function chainOf(links: number): Chain {
  let chain: Chain = { next: undefined };
  for (let i = 0; i < links; i++) chain = { next: chain };
  return chain;
}

describe("depth", () => {
  it("may be 128 levels, both ways", () => {
    const deepest = chainOf(DEPTH_MAX);
    expect(Chain.decode(Chain.encode(deepest))).toEqual(deepest);
  });

  it("may not be more, both ways", () => {
    expect(encodeError(Chain, chainOf(DEPTH_MAX + 1)).code).toBe("tooDeep");
    expect(decodeError(Chain, new Array<number>(DEPTH_MAX + 1).fill(1)).code).toBe("tooDeep");
    expect(decodeError(Chain, new Array<number>(1_000_000).fill(1)).code).toBe("tooDeep");
  });

  it("ends cyclic values", () => {
    const cyclic: Chain = { next: undefined };
    cyclic.next = cyclic;
    expect(encodeError(Chain, cyclic).code).toBe("tooDeep");
  });

  it("ends comparisons as well", () => {
    const a: Chain = { next: undefined };
    a.next = a;
    const b: Chain = { next: { next: a } };
    expect(encodeError(t.btreeSet(Chain), new Set([a, b])).code).toBe("tooDeep");
    expect(t.btreeSet(Chain).encode(new Set([chainOf(3), chainOf(2)]))).toEqual(Uint8Array.of(2, 1, 1, 0, 1, 1, 1, 0));
  });

  describe.each<[string, (inner: Codec<unknown>) => Codec<unknown>, number[]]>([
    ["structs", (inner) => t.struct({ a: inner }), []],
    ["tuples", (inner) => t.tuple(inner), []],
    ["variants", (inner) => t.enum({ A: inner }), [0]],
    ["vecs", (inner) => t.vec(inner), [1]],
    ["maps", (inner) => t.hashMap(t.u8, inner), [1, 1]],
    ["nested options", (inner) => t.nestedOption(inner), [1]],
    ["transforms", (inner) => t.transform(inner, { to: (value) => value, from: (value) => value }), []],
  ])("of a type that is tall in %s", (_name, wrap, head) => {
    const height = 200;
    /** What a level has besides the wraps: a struct, an option, and the codec that is built later. */
    const core = 3;
    const tall = (levelHeight: number): Codec<unknown> => {
      let codec: Codec<unknown> = t.struct({ next: t.option(t.lazy(() => whole)) });
      for (let i = core; i < levelHeight; i++) codec = wrap(codec);
      const whole = codec;
      return whole;
    };
    const bytesOf = (levelHeight: number, levels: number): number[] => {
      const level = Array.from({ length: levelHeight - core }, () => head).flat();
      return [...Array.from({ length: levels }, () => [...level, 1]).flat(), ...level, 0];
    };

    it.each([
      ["compiled", (codec: Codec<unknown>) => codec],
      ["interpreted", (codec: Codec<unknown>) => codec.interpreted()],
    ])("may be less, %s, so that no bytes overflow the stack", (_how, form) => {
      const codec = form(tall(height));
      const levelsMax = Math.floor((DEPTH_MAX * LEVEL_HEIGHT) / height);
      const deepest = codec.decode(Uint8Array.from(bytesOf(height, levelsMax)));
      expect(codec.encode(deepest)).toEqual(Uint8Array.from(bytesOf(height, levelsMax)));
      for (const levels of [levelsMax + 1, DEPTH_MAX, 1000]) {
        expect(decodeError(codec, bytesOf(height, levels)).code).toBe("tooDeep");
      }
    });

    it("may be all of 128 levels where it is no taller than eight codecs", () => {
      const codec = tall(LEVEL_HEIGHT);
      const bytes = Uint8Array.from(bytesOf(LEVEL_HEIGHT, DEPTH_MAX));
      expect(codec.encode(codec.decode(bytes))).toEqual(bytes);
      expect(decodeError(codec, bytesOf(LEVEL_HEIGHT, DEPTH_MAX + 1)).code).toBe("tooDeep");
    });
  });

  it("is counted anew after an error, in a writer and a reader that go on", () => {
    const writer = new Writer();
    const reader = new Reader(Uint8Array.from(new Array<number>(200).fill(1)));
    for (let i = 0; i < 3; i++) {
      expect(() => Chain.write(writer, chainOf(DEPTH_MAX + 1))).toThrow("deeper");
      expect(() => Chain.read(reader)).toThrow("deeper");
      reader.reset(reader.bytes);
    }
    expect([writer.depth, reader.depth]).toEqual([0, 0]);
  });
});

describe("counts", () => {
  const hugeCount = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];

  it.each<[string, Codec<unknown>]>([
    ["vec", t.vec(t.u8)],
    ["vec of strings", t.vec(t.string)],
    ["set", t.btreeSet(t.u32)],
    ["map", t.hashMap(t.string, t.u64)],
    ["string", t.string],
    ["bytes", t.bytes],
    ["encoded", t.encoded(t.u8)],
  ])("beyond the input are refused at once by %s", (_name, codec) => {
    for (const count of [hugeCount, [0xff, 0xff, 0xff, 0x7f], [9]]) {
      expect(decodeError(codec, [...count, 1, 1, 1])).toMatchObject({ code: "unexpectedEnd", offset: 0 });
    }
  });

  it("are checked against the smallest size of an item", () => {
    const pair = t.vec(t.struct({ a: t.f64, b: t.fixedBytes(24) }));
    expect(decodeError(pair, [2, ...new Array<number>(63).fill(0)])).toMatchObject({ code: "unexpectedEnd", path: "" });
    expect(pair.decode(new Uint8Array(65).fill(2, 0, 1))).toHaveLength(2);
  });

  it("of items without size are bounded in total", () => {
    const units = t.vec(t.unit);
    const most = units.encode(new Array<undefined>(ZERO_SIZE_ITEMS_MAX).fill(undefined));
    expect(units.decode(most)).toHaveLength(ZERO_SIZE_ITEMS_MAX);
    expect(decodeError(units, hugeCount).code).toBe("tooManyItems");
    const many = t.vec(units);
    expect(decodeError(many, [4, ...most, ...most, ...most, ...most]).code).toBe("tooManyItems");
    expect(decodeError(t.vec(t.array(t.unit, 1000)), [100]).code).toBe("tooManyItems");
    expect(decodeError(t.btreeMap(t.unit, t.struct({})), hugeCount).code).toBe("tooManyItems");
  });
});
