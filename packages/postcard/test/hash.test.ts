import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DateTime, Duration, HashStream, t, type Codec } from "../src/index.js";
import { toHex, fromHex } from "./support/hex.js";

interface HashCase {
  readonly kind: string;
  readonly name: string;
  readonly type?: string;
  readonly stream: string;
}

const { cases } = JSON.parse(readFileSync(new URL("vectors/hash-order.json", import.meta.url), "utf8")) as {
  cases: readonly HashCase[];
};
const hashCases = cases.filter(({ kind, type }) => kind === "hash" && type !== undefined);

function streamOf<T>(codec: Codec<T>, value: T): string {
  const stream = new HashStream();
  codec.hash(stream, value);
  return toHex(stream.bytes);
}

const Shape = t.enum("demo::Shape", {
  Empty: t.unit,
  Circle: t.u32,
  Rect: t.struct({ w: t.u32, h: t.u32 }),
  Pair: t.tuple(t.u8, t.i16),
});
const Numbered = t.enum("demo::Numbered", { MinusTwo: t.unit, Next: t.unit }, { discriminants: { MinusTwo: -2 } });
const SmallRepr = t.enum("demo::SmallRepr", { A: t.unit, B: t.unit }, { discriminants: { B: 200 }, repr: "u8" });
const Ordering = t.enum(
  "core::cmp::Ordering",
  { Less: t.unit, Equal: t.unit, Greater: t.unit },
  { discriminants: { Less: -1 }, repr: "i8" },
);
const Id = t.fixedBytes(32, "mosaik::primitives::id::Digest");

/** What feeds the stream of a case of the vectors; integers and texts are read from the case's name. */
function streamFor({ name, type, stream }: HashCase): string {
  const given = name.slice(name.indexOf(" ") + 1);
  const id = (): Uint8Array => fromHex(stream.slice(16));
  if (type === "u64") return streamOf(t.u64, BigInt(given));
  if (type === "alloc::string::String") return streamOf(t.string, JSON.parse(given) as string);
  switch (name) {
    case "u8 7":
      return streamOf(t.u8, 7);
    case "i8 -1":
      return streamOf(t.i8, -1);
    case "bool true":
      return streamOf(t.bool, true);
    case "u16 258":
      return streamOf(t.u16, 258);
    case "i64 -2":
      return streamOf(t.i64, -2n);
    case "u128 1":
      return streamOf(t.u128, 1n);
    case "usize 5":
      return streamOf(t.usize.asNumber(), 5);
    case "char é":
      return streamOf(t.char, "é");
    case "unit":
      return streamOf(t.unit, undefined);
    case "unit struct":
      return streamOf(t.unitStruct("demo::Unit"), undefined);
    case "Option None":
      return streamOf(t.option(t.u64), undefined);
    case "Option Some(7)":
      return streamOf(t.option(t.u64), 7n);
    case 'tuple (7u32,"a")':
      return streamOf(t.tuple(t.u32, t.string), [7, "a"]);
    case "[u8;32] zero":
      return streamOf(t.array(t.u8, 32), new Uint8Array(32));
    case "[u16;3]":
      return streamOf(t.array(t.u16, 3), [1, 2, 3]);
    case "Vec<u64> 1 2":
      return streamOf(t.vec(t.u64), [1n, 2n]);
    case "VecDeque<u8>":
      return streamOf(t.vecDeque(t.u8), [1, 2, 3]);
    case "Box<str> a":
      return streamOf(t.box(t.str), "a");
    case "Arc<String> a":
      return streamOf(t.arc(t.string), "a");
    case "Digest my-app":
    case "PeerId seed 01*32":
      return streamOf(Id, id());
    case 'struct SensorReading{3,"t"}':
      return streamOf(t.struct("demo::SensorReading", { id: t.u32, label: t.string }), { id: 3, label: "t" });
    case "newtype Wrapper(7u64)":
      return streamOf(t.newtype("demo::Wrapper", t.u64, { generics: [t.u64] }), 7n);
    case "enum Shape::Empty":
      return streamOf(Shape, { kind: "Empty" });
    case "enum Shape::Circle(7)":
      return streamOf(Shape, { kind: "Circle", value: 7 });
    case "enum Shape::Rect{1,2}":
      return streamOf(Shape, { kind: "Rect", value: { w: 1, h: 2 } });
    case "enum Shape::Pair(1,-1)":
      return streamOf(Shape, { kind: "Pair", value: [1, -1] });
    case "enum Single::Only(9)":
      return streamOf(t.enum("demo::Single", { Only: t.u8 }), { kind: "Only", value: 9 });
    case "enum Numbered::MinusTwo = -2":
      return streamOf(Numbered, { kind: "MinusTwo" });
    case "enum Numbered::Next (-1)":
      return streamOf(Numbered, { kind: "Next" });
    case "repr(u8) SmallRepr::B = 200":
      return streamOf(SmallRepr, { kind: "B" });
    case "Result Ok(1u8)":
      return streamOf(t.result(t.u8, t.u8), { kind: "Ok", value: 1 });
    case "Duration 1.5 s":
      return streamOf(t.duration, new Duration(1n, 500_000_000));
    case "DateTime<Utc> 1700000000.123456789":
      return streamOf(t.dateTime, new DateTime(1_700_000_000, 123_456_789));
    case "SocketAddr v4":
      return streamOf(t.socketAddr, "127.0.0.1:80");
    case "SocketAddr v6":
      return streamOf(t.socketAddr, "[::1]:80");
    case "semver 0.4.2":
      return streamOf(t.semver, "0.4.2");
    case "Ordering Less":
      return streamOf(Ordering, { kind: "Less" });
    case "Range 1..3":
      return streamOf(t.range(t.u64), { start: 1n, end: 3n });
    default:
      throw new Error(`no value for ${name} of ${type}`);
  }
}

describe("hash", () => {
  it.each(hashCases.map((hashCase) => [hashCase.name, hashCase] as const))(
    "feeds what Rust feeds: %s",
    (_, hashCase) => {
      expect(streamFor(hashCase)).toBe(hashCase.stream);
    },
  );

  it("packs dates as chrono does, before 1970 and at the ends of years", () => {
    const dateOf = (text: string): number => {
      const stream = new HashStream();
      t.dateTime.hash(stream, DateTime.parse(text));
      return new DataView(stream.bytes.slice().buffer).getInt32(0, true);
    };
    // year << 13 | day of the year << 4 | flags; 2024 is a leap year that begins with a Monday, 1969 began with a Wednesday.
    expect(dateOf("2024-12-31T23:59:59Z")).toBe((2024 << 13) | (366 << 4) | 6);
    expect(dateOf("1969-12-31T00:00:00Z")).toBe((1969 << 13) | (365 << 4) | 8 | 1);
  });

  it("is there for what Rust can hash, and for nothing else", () => {
    const hashable = [t.u64, t.string, t.btreeMap(t.string, t.u8), t.btreeSet(t.u8), t.lazy(() => t.u8), t.vec(t.bool)];
    for (const codec of hashable) expect(codec.isHashable, codec.rustName).toBe(true);
    const others = [t.f32, t.f64, t.hashMap(t.u8, t.u8), t.hashSet(t.u8), t.binaryHeap(t.u8), t.option(t.f64)];
    for (const codec of others) {
      expect(codec.isHashable, codec.rustName).toBe(false);
    }
    expect(() => t.f64.hash(new HashStream(), 1)).toThrow(TypeError);
  });

  it("of sorted sets and maps is that of their items in order", () => {
    expect(streamOf(t.btreeSet(t.u8), new Set([2, 1]))).toBe("0200000000000000" + "0102");
    expect(
      streamOf(
        t.btreeMap(t.u8, t.bool),
        new Map([
          [2, true],
          [1, false],
        ]),
      ),
    ).toBe("0200000000000000" + "0100" + "0201");
  });

  it("of a transformed or custom type is the type's own, if it has one", () => {
    const upper = t.transform(t.string, { to: (text) => text, from: (text: string) => text.toUpperCase() });
    expect(streamOf(upper, "a")).toBe("41ff");
    const own = t.custom<number>({
      encode: () => new Uint8Array(),
      decode: () => 0,
      hash: (stream, value) => stream.u8(value),
    });
    expect([own.isHashable, streamOf(own, 5)]).toEqual([true, "05"]);
  });
});
