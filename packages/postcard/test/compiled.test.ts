import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Codec, t, type PartMap, type Reader, type Shape, type Writer } from "../src/index.js";
import { property } from "../src/compile/code.js";
import { decoders } from "./support/decoders.js";
import { toHex } from "./support/hex.js";
import { mutate, seededRandom } from "./support/mutations.js";
import { decoding, encoding } from "./support/outcome.js";
import { schemaOf } from "./support/schema-of.js";
import { anySchema, type Schema } from "./support/schemas.js";
import { spoil } from "./support/spoil.js";

/** In the project `interpreted` nothing can be compiled; there these tests compare the interpreter with itself. */
const isForbidden = process.execArgv.includes("--disallow-code-generation-from-strings");
const mutations = Number(process.env.MOSAIK_HOSTILE ?? 1e3);
const seed = Number(process.env.MOSAIK_SEED ?? 1);

afterEach(() => {
  vi.restoreAllMocks();
});

/** How many functions are made of text while something runs. */
function compilations(run: () => void): number {
  const spy = vi.spyOn(globalThis, "Function");
  run();
  const { length } = spy.mock.calls;
  spy.mockRestore();
  return length;
}

function withValue(schemas: fc.Arbitrary<Schema>): fc.Arbitrary<[Codec<unknown>, unknown]> {
  return schemas.chain(({ codec, values }) => fc.tuple(fc.constant(codec), values));
}

describe("compiled and interpreted codecs agree", () => {
  it("on values of any type, and on their bytes", () => {
    fc.assert(
      fc.property(withValue(anySchema), ([codec, value]) => {
        const interpreted = codec.interpreted();
        const bytes = codec.encode(value);
        expect(toHex(bytes)).toBe(toHex(interpreted.encode(value)));
        expect(codec.decode(bytes)).toEqual(interpreted.decode(bytes));
        const { minSize, rustName, isOrdered, hasUndefined } = interpreted;
        expect({ minSize, rustName, isOrdered, hasUndefined }).toEqual({
          minSize: codec.minSize,
          rustName: codec.rustName,
          isOrdered: codec.isOrdered,
          hasUndefined: codec.hasUndefined,
        });
      }),
      { numRuns: 1000 },
    );
  });

  it("on the errors of mutated bytes: code, path, offset and message", () => {
    fc.assert(
      fc.property(withValue(anySchema), fc.integer(), ([codec, value], from) => {
        const random = seededRandom(from);
        const interpreted = codec.interpreted();
        const bytes = codec.encode(value);
        for (let i = 0; i < 20; i++) {
          const mutated = mutate(bytes, random);
          expect(decoding(codec, mutated)).toEqual(decoding(interpreted, mutated));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("on the errors of spoilt values: code, path and message", () => {
    fc.assert(
      fc.property(withValue(anySchema), fc.integer(), ([codec, value], from) => {
        const random = seededRandom(from);
        const interpreted = codec.interpreted();
        for (let i = 0; i < 20; i++) {
          const spoilt = spoil(value, random);
          expect(encoding(codec, spoilt)).toEqual(encoding(interpreted, spoilt));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each(Object.entries(decoders))(`on ${mutations} mutated inputs of %s`, (_name, { codec, seeds }) => {
    const random = seededRandom(seed);
    const interpreted = codec.interpreted();
    const inputs = seeds.map((value) => codec.encode(value));
    for (let i = 0; i < mutations; i++) {
      const input = mutate(inputs[i % inputs.length]!, random);
      const outcome = decoding(codec, input);
      const expected = decoding(interpreted, input);
      // toEqual alone takes longer than everything else.
      if (JSON.stringify(outcome, asText) === JSON.stringify(expected, asText)) continue;
      expect(outcome, `seed ${seed}: ${toHex(input)}`).toEqual(expected);
    }
  });
});

describe("what is compiled", () => {
  it.skipIf(isForbidden)("is a codec with all its short parts, once for each direction", () => {
    const codec = t.struct({ a: t.tuple(t.u8, t.option(t.string)), b: t.newtype("demo::B", t.struct({ c: t.u64 })) });
    const value = { a: [1, "x"], b: { c: 1n } } as const satisfies t.Infer<typeof codec>;
    const bytes = t.tuple(t.u8, t.option(t.string), t.u64).encode([1, "x", 1n]);
    expect(compilations(() => codec.encode(value))).toBe(1);
    expect(compilations(() => codec.decode(bytes))).toBe(1);
    expect(compilations(() => codec.encode(codec.decode(bytes)))).toBe(0);
  });

  it("names fields and variants by JSON only", () => {
    const names = [
      "'",
      '"',
      "`${1}`",
      "\\",
      "\n",
      "\u2028",
      "\ud800",
      '"]; throw 1; //',
      "constructor",
      "toString",
      "",
    ];
    const struct = t.struct(Object.fromEntries(names.map((name) => [name, t.u8])));
    const value = Object.fromEntries(names.map((name, i) => [name, i]));
    expect([...struct.encode(value)]).toEqual(names.map((_, i) => i));
    expect(Object.entries(struct.decode(struct.encode(value)))).toEqual(Object.entries(value));
    const choice = t.enum(Object.fromEntries(names.map((name) => [name, t.u8])));
    for (const [i, kind] of names.entries()) {
      expect([...choice.encode({ kind, value: 7 })]).toEqual([i, 7]);
      expect(choice.decode(Uint8Array.of(i, 7))).toEqual({ kind, value: 7 });
      expect(encoding(choice, { kind, value: -1 })).toMatchObject({ segments: [kind] });
    }
    expect(() => property("__proto__")).toThrow(TypeError);
  });

  it("may have more parts than one function holds", () => {
    const field = t.struct({ x: t.u16, y: t.option(t.string) });
    const codec = t.struct(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, field])));
    const value = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, { x: i, y: `${i}` }]));
    expect(codec.decode(codec.encode(value))).toEqual(value);
    expect(toHex(codec.encode(value))).toBe(toHex(codec.interpreted().encode(value)));
    expect(encoding(codec, { ...value, f250: { x: 70_000, y: undefined } })).toMatchObject({ path: "f250.x" });
  });

  it("has variants beyond one byte", () => {
    const codec = t.enum(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`V${i}`, i % 2 ? t.unit : t.u8])));
    expect([...codec.encode({ kind: "V198", value: 3 })]).toEqual([0xc6, 1, 3]);
    expect(codec.decode(Uint8Array.of(0xc7, 1))).toEqual({ kind: "V199" });
    expect(decoding(codec, Uint8Array.of(0xc8, 1))).toMatchObject({ code: "invalidVariant", offset: 0 });
  });

  it("asks a codec class of the user's for its part, whatever shape it claims", () => {
    class Shifted extends Codec<string> {
      readonly shape: Shape = { kind: "string" };
      readonly rustName = undefined;
      readonly minSize = 1;
      override write(writer: Writer, value: string): void {
        writer.u8(value.charCodeAt(0) + 1);
      }
      override read(reader: Reader): string {
        return String.fromCharCode(reader.u8() - 1);
      }
    }
    const codec = t.struct({ a: t.u8, b: t.vec(new Shifted()) });
    expect([...codec.encode({ a: 1, b: ["x"] })]).toEqual([1, 1, 0x79]);
    expect(codec.decode(Uint8Array.of(1, 1, 0x79))).toEqual({ a: 1, b: ["x"] });
  });

  it("lets what getters and functions of the user's throw through, once", () => {
    const thrown = new Error("mine");
    const getter = vi.fn(() => {
      throw thrown;
    });
    const value = Object.defineProperty({}, "a", { get: getter }) as { a: number };
    expect(() => t.struct({ a: t.u8 }).encode(value)).toThrow(thrown);
    expect(getter).toHaveBeenCalledOnce();
    const from = vi.fn(() => {
      throw thrown;
    });
    const codec = t.struct({ a: t.vec(t.transform(t.u8, { to: (x) => x, from })) });
    expect(encoding(codec, { a: [1] })).toMatchObject({ code: "invalidValue", path: "a[0]" });
    expect(from).toHaveBeenCalledOnce();
  });
});

describe("an interpreted codec", () => {
  interface Tree {
    value: number;
    children: Tree[];
  }
  const Tree: Codec<Tree> = t.struct("demo::Tree", { value: t.u32, children: t.vec(t.lazy(() => Tree)) });
  const schema = t.struct({
    tree: Tree,
    map: t.btreeMap(t.tuple(t.u8, t.string), t.hashSet(t.struct({ x: t.f64 }))),
    choice: t.enum({ None: t.unit, Some: t.encoded(t.nestedOption(t.option(t.u8))) }),
    list: t.array(t.nonZero(t.u8), 2),
    reverse: t.btreeSet(t.reverse(t.struct({ n: t.u8 }))),
    other: t.transform(t.tuple(t.u8), { to: ([x]) => x, from: (x: number): [number] => [x] }),
    even: t.struct({ n: t.u8 }).refine(schemaOf((value: { n: number }) => value)),
  });
  const value: t.Infer<typeof schema> = {
    tree: { value: 1, children: [{ value: 2, children: [{ value: 3, children: [] }] }] },
    map: new Map([[[1, "a"], new Set([{ x: 1 }, { x: 2 }])]]),
    choice: { kind: "Some", value: { some: 3 } },
    list: [1, 2],
    reverse: new Set([{ n: 1 }, { n: 2 }]),
    other: 9,
    even: { n: 2 },
  };

  it("makes no code, nor does any of its parts", () => {
    const interpreted = schema.interpreted();
    const count = compilations(() => {
      const bytes = interpreted.encode(value);
      expect(interpreted.decode(bytes)).toEqual(value);
      expect(interpreted.compare(value, value)).toBe(0);
      expect(interpreted["~standard"].validate(value)).toEqual({ value });
      expect(encoding(interpreted, { ...value, list: [1, 0] })).toMatchObject({ path: "list[1]" });
    });
    expect(count).toBe(0);
    expect(toHex(interpreted.encode(value))).toBe(toHex(schema.encode(value)));
  });

  it("stays so inside a codec that is compiled", () => {
    const part = t.struct({ foreign: t.tuple(t.u8, t.u8) }).interpreted();
    const outer = t.struct({ own: part, list: t.vec(part) });
    const spy = vi.spyOn(globalThis, "Function");
    expect([...outer.encode({ own: { foreign: [1, 2] }, list: [{ foreign: [3, 4] }] })]).toEqual([1, 2, 1, 3, 4]);
    const texts = spy.mock.calls.map((parts) => parts.join());
    spy.mockRestore();
    expect(texts.filter((text) => text.includes("own"))).toHaveLength(isForbidden ? 0 : 1);
    expect(texts.filter((text) => text.includes("foreign"))).toEqual([]);
  });

  it("is the same each time, and itself", () => {
    expect(schema.interpreted()).toBe(schema.interpreted());
    expect(schema.interpreted().interpreted()).toBe(schema.interpreted());
    expect(t.u8.interpreted()).toBe(t.u8);
  });

  it("answers for types that contain themselves without end", () => {
    const Endless: Codec<unknown> = t.newtype(
      "demo::Endless",
      t.lazy(() => Endless),
    );
    expect(Endless.interpreted().minSize).toBe(0);
    expect(decoding(Endless.interpreted(), new Uint8Array(0))).toMatchObject({ code: "tooDeep" });
  });

  it("reaches the parts of a codec class of the user's that tells them", () => {
    class Framed<T> extends Codec<T> {
      readonly shape: Shape = { kind: "opaque" };
      readonly rustName = undefined;
      readonly minSize = 1;
      constructor(readonly inner: Codec<T>) {
        super();
      }
      override write(writer: Writer, value: T): void {
        writer.u8(0xaa);
        this.inner.write(writer, value);
      }
      override read(reader: Reader): T {
        reader.u8();
        return this.inner.read(reader);
      }
      protected override withParts(map: PartMap): Codec<T> {
        return new Framed(map(this.inner));
      }
    }
    const codec = t.vec(new Framed(t.tuple(t.u8))).interpreted();
    expect(compilations(() => expect([...codec.encode([[7]])]).toEqual([1, 0xaa, 7]))).toBe(0);
  });
});

it.runIf(isForbidden)("codecs work where code from text is forbidden", () => {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  expect(() => new Function("return 1")).toThrow(EvalError);
  const codec = t.struct({ name: t.string, tags: t.btreeSet(t.enum({ A: t.unit, B: t.u8 })) });
  const value = { name: "x", tags: new Set([{ kind: "A" as const }, { kind: "B" as const, value: 2 }]) };
  expect(codec.decode(codec.encode(value))).toEqual(value);
});

/** For JSON: bigints, byte arrays, sets and maps as text that tells them apart. */
function asText(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0";
  if (value === undefined) return "undefined";
  if (value instanceof Set || value instanceof Map) return [value.constructor.name, ...(value as Iterable<unknown>)];
  if (value instanceof Error) return value.stack;
  return value;
}
