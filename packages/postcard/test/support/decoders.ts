import { DateTime, Duration, t, type Codec } from "../../src/index.js";

interface Tree {
  value: number;
  children: Tree[];
}
const Tree: Codec<Tree> = t.struct({ value: t.u32, children: t.vec(t.lazy(() => Tree)) });

interface Chain {
  next: Chain | undefined;
}
const Chain: Codec<Chain> = t.struct({ next: t.option(t.lazy(() => Chain)) });

/** A codec, and values whose bytes are what mutations begin with. */
interface Decoder<T> {
  readonly codec: Codec<T>;
  readonly seeds: readonly T[];
}

function decoder<T>(codec: Codec<T>, ...seeds: T[]): Decoder<unknown> {
  return { codec, seeds };
}

const Point = t.struct({ x: t.i32, y: t.i32, label: t.option(t.string) });
const Shape = t.enum({ Empty: t.unit, Circle: t.u32, Poly: t.vec(Point), Pair: t.tuple(t.u8, t.i16) });

/** One decoder of every kind, and some that hold many. */
export const decoders: Readonly<Record<string, Decoder<unknown>>> = {
  bool: decoder(t.bool, true),
  u8: decoder(t.u8, 7),
  i8: decoder(t.i8, -7),
  u16: decoder(t.u16, 300, 0xffff),
  u32: decoder(t.u32, 300, 0xffff_ffff),
  u64: decoder(t.u64, 300n, (1n << 64n) - 1n),
  u128: decoder(t.u128, 300n, (1n << 128n) - 1n),
  i16: decoder(t.i16, -300),
  i32: decoder(t.i32, -300),
  i64: decoder(t.i64, -300n, -(1n << 63n)),
  i128: decoder(t.i128, -300n, -(1n << 127n)),
  "u64 as number": decoder(t.u64.asNumber(), 300, Number.MAX_SAFE_INTEGER),
  "i64 as number": decoder(t.i64.asNumber(), -300, Number.MIN_SAFE_INTEGER),
  f32: decoder(t.f32, 1.5),
  f64: decoder(t.f64, 1.5),
  char: decoder(t.char, "a", "😀"),
  string: decoder(t.string, "hello", "grüße, 日本 😀", "x".repeat(200)),
  bytes: decoder(t.bytes, new Uint8Array(20), new Uint8Array(20_000)),
  fixedBytes: decoder(t.fixedBytes(32), new Uint8Array(32)),
  option: decoder(t.option(t.u32), 300, undefined),
  nestedOption: decoder(t.nestedOption(t.option(t.u8)), { some: 1 }, { some: undefined }, undefined),
  result: decoder(t.result(t.u64, t.string), { kind: "Ok", value: 3n }, { kind: "Err", value: "no" }),
  "vec of numbers": decoder(t.vec(t.u32), [1, 300, 70_000]),
  "vec of units": decoder(t.vec(t.unit), [undefined, undefined]),
  "vec of vecs of units": decoder(t.vec(t.vec(t.unit)), [[undefined], [undefined, undefined]]),
  "vec of strings": decoder(t.vec(t.string), ["", "a", "bc"]),
  array: decoder(t.array(t.u16, 3), [1, 300, 65_535]),
  tuple: decoder(t.tuple(t.i64, t.bool, t.string), [-1n, true, "é"]),
  struct: decoder(Point, { x: 1, y: -1, label: "p" }),
  enum: decoder(Shape, { kind: "Empty" }, { kind: "Poly", value: [{ x: 1, y: 2, label: "q" }] }),
  "set of strings": decoder(t.btreeSet(t.string), new Set(["b", "a"])),
  "set of enums": decoder(t.btreeSet(Shape), new Set([{ kind: "Circle" as const, value: 4 }])),
  "hash set of bytes": decoder(t.hashSet(t.bytes), new Set([new Uint8Array(3), new Uint8Array(4)])),
  "map of strings": decoder(t.btreeMap(t.string, t.u64), new Map([["a", 1n]])),
  "hash map of tuples": decoder(t.hashMap(t.tuple(t.u8, t.u8), t.string), new Map([[[1, 2] as [number, number], "x"]])),
  nonZero: decoder(t.nonZero(t.u64), 5n),
  range: decoder(t.range(t.u64), { start: 1n, end: 300n }),
  bound: decoder(t.bound(t.u64), { kind: "Included", value: 300n }, { kind: "Unbounded" }),
  duration: decoder(t.duration, new Duration(3, 500_000_000)),
  systemTime: decoder(t.systemTime, new Duration(1_700_000_000, 1)),
  dateTime: decoder(t.dateTime, new DateTime(1_700_000_000, 123_456_789), new DateTime(-1)),
  semver: decoder(t.semver, "1.22.333-alpha.1+build.05"),
  ipAddr: decoder(t.ipAddr, "192.0.2.7", "2001:db8::1"),
  socketAddr: decoder(t.socketAddr, "192.0.2.7:4433", "[::ffff:192.0.2.7]:443"),
  encoded: decoder(t.vec(t.encoded(Shape)), [{ kind: "Pair", value: [1, -1] }]),
  json: decoder(t.json(), { a: [1, "b", null, { c: true }] }),
  tree: decoder(Tree, { value: 1, children: [{ value: 2, children: [] }] }),
  chain: decoder(Chain, { next: { next: { next: undefined } } }),
};
