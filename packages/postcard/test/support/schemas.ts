import fc from "fast-check";
import { DateTime, Duration, t, type Codec } from "../../src/index.js";

/** A codec and the values it is for. */
export interface Schema {
  readonly codec: Codec<unknown>;
  readonly values: fc.Arbitrary<unknown>;
}

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ maxLength }).map((value) => Uint8Array.from(value));
const text = fc.string({ unit: "binary", maxLength: 60 });
const big = (min: bigint, max: bigint): fc.Arbitrary<bigint> =>
  fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, 0n, 1n, 127n, 128n));

/** Types that can be keys of maps as JavaScript knows them, by value. */
const keys: readonly Schema[] = [
  { codec: t.bool, values: fc.boolean() },
  { codec: t.u8, values: fc.integer({ min: 0, max: 0xff }) },
  { codec: t.i8, values: fc.integer({ min: -0x80, max: 0x7f }) },
  { codec: t.u16, values: fc.integer({ min: 0, max: 0xffff }) },
  { codec: t.i16, values: fc.integer({ min: -0x8000, max: 0x7fff }) },
  { codec: t.u32, values: fc.integer({ min: 0, max: 0xffff_ffff }) },
  { codec: t.i32, values: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }) },
  { codec: t.u64, values: big(0n, (1n << 64n) - 1n) },
  { codec: t.usize, values: big(0n, (1n << 64n) - 1n) },
  { codec: t.i64, values: big(-(1n << 63n), (1n << 63n) - 1n) },
  { codec: t.u128, values: big(0n, (1n << 128n) - 1n) },
  { codec: t.i128, values: big(-(1n << 127n), (1n << 127n) - 1n) },
  { codec: t.u64.asNumber(), values: fc.maxSafeNat() },
  { codec: t.i64.asNumber(), values: fc.maxSafeInteger() },
  { codec: t.string, values: text },
  { codec: t.char, values: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }) },
  { codec: t.semver, values: fc.tuple(fc.nat(), fc.nat(), fc.nat()).map((parts) => parts.join(".")) },
  { codec: t.socketAddr, values: fc.tuple(fc.ipV4(), fc.nat(0xffff)).map(([ip, port]) => `${ip}:${port}`) },
];

/** Ordered types whose values JavaScript compares by identity. */
const ordered: readonly Schema[] = [
  ...keys,
  { codec: t.unit, values: fc.constant(undefined) },
  { codec: t.nonZero(t.u32), values: fc.integer({ min: 1, max: 0xffff_ffff }) },
  { codec: t.reverse(t.i16), values: fc.integer({ min: -0x8000, max: 0x7fff }) },
  { codec: t.bytes, values: bytes(40) },
  { codec: t.fixedBytes(5), values: fc.uint8Array({ minLength: 5, maxLength: 5 }).map((value) => value.slice()) },
  {
    codec: t.duration,
    values: fc.tuple(big(0n, 1n << 63n), fc.nat(999_999_999)).map((parts) => new Duration(...parts)),
  },
  {
    codec: t.dateTime,
    values: fc
      .tuple(fc.integer({ min: -8_000_000_000_000, max: 8_000_000_000_000 }), fc.nat(999_999_999))
      .map((parts) => new DateTime(...parts)),
  },
];

const leaves: readonly Schema[] = [
  ...ordered,
  { codec: t.f32, values: fc.float() },
  { codec: t.f64, values: fc.double() },
  { codec: t.json(), values: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown) },
];

/** A key type, any type of order, and any type; the last two with types inside types. */
export const keySchema = fc.constantFrom(...keys);
export const orderedSchema = nested(ordered, 2, (inner) => compounds(inner));
export const anySchema = nested(leaves, 3, (inner) => [...compounds(inner), ...collections(inner)]);

/** Composed types of the inner ones that have an order if these have. */
function compounds(inner: fc.Arbitrary<Schema>): fc.Arbitrary<Schema>[] {
  const name = fc.string({ maxLength: 8 }).filter((one) => one !== "__proto__" && !/^\d+$/.test(one));
  const named = fc
    .array(fc.tuple(name, inner), { minLength: 1, maxLength: 4 })
    .map((fields) => Object.fromEntries(fields) as Record<string, Schema>);
  return [
    inner.map(({ codec, values }) => ({ codec: t.vec(codec), values: arrayFor(codec, values) })),
    inner.map(({ codec, values }) => ({ codec: t.encoded(t.box(codec)), values })),
    inner.map(({ codec, values }) => ({ codec: t.newtype("demo::New", codec), values })),
    inner.map(({ codec, values }) => ({
      codec: t.nestedOption(codec),
      values: fc.option(fc.record({ some: values }), { nil: undefined }),
    })),
    inner
      .filter(({ codec }) => !codec.hasUndefined)
      .map(({ codec, values }) => ({ codec: t.option(codec), values: fc.option(values, { nil: undefined }) })),
    fc.tuple(inner, inner).map(([a, b]) => ({
      codec: t.tuple(a.codec, b.codec),
      values: fc.tuple(a.values, b.values),
    })),
    fc.tuple(inner, fc.nat(4)).map(([{ codec, values }, length]) => ({
      codec: t.array(codec, length),
      values: arrayFor(codec, values, length),
    })),
    named.map((fields) => ({
      codec: t.struct(mapValues(fields, ({ codec }) => codec)),
      values: fc.record(mapValues(fields, ({ values }) => values)),
    })),
    named.map((variants) => ({
      codec: t.enum(mapValues(variants, ({ codec }) => codec)),
      values: fc.oneof(...Object.entries(variants).map(([kind, variant]) => variantFor(kind, variant))),
    })),
  ];
}

function collections(inner: fc.Arbitrary<Schema>): fc.Arbitrary<Schema>[] {
  return [
    keySchema.map(({ codec, values }) => ({
      codec: t.btreeSet(codec),
      values: fc.array(values).map((items) => new Set(items)),
    })),
    keySchema.map(({ codec, values }) => ({
      codec: t.hashSet(codec),
      values: fc.array(values).map((items) => new Set(items)),
    })),
    fc.tuple(keySchema, inner).map(([key, { codec, values }]) => ({
      codec: t.btreeMap(key.codec, codec),
      values: fc.array(fc.tuple(key.values, values), { maxLength: 6 }).map((entries) => new Map(entries)),
    })),
    fc.tuple(keySchema, inner).map(([key, { codec, values }]) => ({
      codec: t.hashMap(key.codec, codec),
      values: fc.array(fc.tuple(key.values, values), { maxLength: 6 }).map((entries) => new Map(entries)),
    })),
  ];
}

function nested(
  of: readonly Schema[],
  depth: number,
  compose: (inner: fc.Arbitrary<Schema>) => fc.Arbitrary<Schema>[],
): fc.Arbitrary<Schema> {
  const leaf = fc.constantFrom(...of);
  return depth === 0 ? leaf : fc.oneof(leaf, ...compose(nested(of, depth - 1, compose)));
}

function arrayFor(codec: Codec<unknown>, values: fc.Arbitrary<unknown>, length?: number): fc.Arbitrary<unknown> {
  const items = fc.array(values, length === undefined ? { maxLength: 6 } : { minLength: length, maxLength: length });
  return codec === t.u8 ? items.map((array) => Uint8Array.from(array as number[])) : items;
}

function variantFor(kind: string, { codec, values }: Schema): fc.Arbitrary<unknown> {
  return codec.shape.kind === "unit" ? fc.constant({ kind }) : values.map((value) => ({ kind, value }));
}

function mapValues<A, B>(object: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}
