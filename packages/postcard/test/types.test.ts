import { describe, expectTypeOf, it } from "vitest";
import { t, type Bound, type Codec, type DateTime, type Result, type Some } from "../src/index.js";
import { schemaOf } from "./support/schema-of.js";

const Reading = t.struct("demo::SensorReading", { sensor: t.string, celsius: t.f64, at: t.u64 });
type Reading = t.Infer<typeof Reading>;

const Shape = t.enum("demo::Shape", {
  Empty: t.unit,
  Circle: t.u32,
  Rect: t.struct({ w: t.u32, h: t.u32 }),
  Pair: t.tuple(t.u8, t.i16),
});
type Shape = t.Infer<typeof Shape>;

// Checked by `tsc -p packages/postcard/test`; nothing happens at run time.
describe("the types that follow from codecs", () => {
  it("structs", () => {
    expectTypeOf<Reading>().toEqualTypeOf<{ sensor: string; celsius: number; at: bigint }>();
    expectTypeOf(Reading.decode.bind(Reading)).returns.toEqualTypeOf<Reading>();
    // @ts-expect-error a field is missing
    void (() => Reading.encode({ sensor: "a", celsius: 1 }));
    // @ts-expect-error a field is of another type
    void (() => Reading.encode({ sensor: "a", celsius: 1, at: 1 }));
  });

  it("enums, as unions that narrow", () => {
    expectTypeOf<Shape>().toEqualTypeOf<
      | { kind: "Empty"; value?: undefined }
      | { kind: "Circle"; value: number }
      | { kind: "Rect"; value: { w: number; h: number } }
      | { kind: "Pair"; value: [number, number] }
    >();
    const area = (shape: Shape): number => {
      switch (shape.kind) {
        case "Rect":
          return shape.value.w * shape.value.h;
        case "Pair":
          return shape.value[0];
        case "Circle":
          return shape.value;
        case "Empty":
          return 0;
      }
    };
    expectTypeOf(area).returns.toEqualTypeOf<number>();
    // @ts-expect-error there is no such variant
    void (() => Shape.encode({ kind: "Square" }));
    // @ts-expect-error the variant has a value
    void (() => Shape.encode({ kind: "Circle" }));
  });

  it("sequences, byte arrays and tuples", () => {
    expectTypeOf(t.vec(t.u8)).toEqualTypeOf<Codec<Uint8Array>>();
    expectTypeOf(t.vec(t.u16)).toEqualTypeOf<Codec<number[]>>();
    expectTypeOf(t.array(t.u8, 32)).toEqualTypeOf<Codec<Uint8Array>>();
    expectTypeOf(t.array(t.string, 2)).toEqualTypeOf<Codec<string[]>>();
    expectTypeOf(t.tuple(t.u32, t.string)).toEqualTypeOf<Codec<[number, string]>>();
    expectTypeOf(t.tuple()).toEqualTypeOf<Codec<[]>>();
  });

  it("options, results and bounds", () => {
    expectTypeOf(t.option(t.string)).toEqualTypeOf<Codec<string | undefined>>();
    expectTypeOf(t.nestedOption(t.option(t.u8))).toEqualTypeOf<Codec<Some<number | undefined> | undefined>>();
    expectTypeOf(t.result(t.u64, t.string)).toEqualTypeOf<Codec<Result<bigint, string>>>();
    expectTypeOf<Result<undefined, string>>().toEqualTypeOf<
      { kind: "Ok"; value?: undefined } | { kind: "Err"; value: string }
    >();
    expectTypeOf(t.bound(t.u8)).toEqualTypeOf<Codec<Bound<number>>>();
  });

  it("collections, wrappers and library types", () => {
    expectTypeOf(t.btreeMap(t.string, Reading)).toEqualTypeOf<Codec<Map<string, Reading>>>();
    expectTypeOf(t.hashSet(t.u64)).toEqualTypeOf<Codec<Set<bigint>>>();
    expectTypeOf(t.box(Shape)).toEqualTypeOf<Codec<Shape>>();
    expectTypeOf(t.encoded(t.u64.asNumber())).toEqualTypeOf<Codec<number>>();
    expectTypeOf(t.dateTime).toEqualTypeOf<Codec<DateTime>>();
    expectTypeOf(t.range(t.u64)).toEqualTypeOf<Codec<{ start: bigint; end: bigint }>>();
  });

  it("transforms, refinements and JSON", () => {
    const When = t.transform(t.i64.asNumber(), { to: (ms) => new Date(ms), from: (date: Date) => date.getTime() });
    expectTypeOf(When).toEqualTypeOf<Codec<Date>>();
    type UserId = string & { readonly brand: "UserId" };
    expectTypeOf(t.string.refine(schemaOf((text: string) => text as UserId))).toEqualTypeOf<Codec<UserId>>();
    expectTypeOf(t.json<{ a: number }>()).toEqualTypeOf<Codec<{ a: number }>>();
  });

  it("generic code over codecs", () => {
    const insert = <K, V>(key: Codec<K>, value: Codec<V>, entry: { key: K; value: V }): Uint8Array =>
      t.enum({ Clear: t.unit, Insert: t.struct({ key, value }) }).encode({ kind: "Insert", value: entry });
    expectTypeOf(insert).returns.toEqualTypeOf<Uint8Array>();
  });
});
