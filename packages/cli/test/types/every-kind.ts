import { DateTime, Digest, digestCodec, PeerId, peerIdCodec, t, type Codec } from "mosaik";
import { Duration } from "@mosaik/postcard";

/** A codec, and values for Rust to read. */
export interface Kind {
  readonly codec: Codec<unknown>;
  readonly values: readonly unknown[];
  /** Whether serde_json says of the values what we say; where not, docs/reference/notation.md says why. */
  readonly hasSerdeJson: boolean;
}

function kind<T>(codec: Codec<T>, values: readonly NoInfer<T>[], hasSerdeJson = true): Kind {
  return { codec: codec, values, hasSerdeJson };
}

const Integers = t.struct("demo::Integers", {
  ...{ a: t.u8, b: t.u16, c: t.u32, d: t.u64, e: t.u128, f: t.usize },
  ...{ g: t.i8, h: t.i16, i: t.i32, j: t.i64, k: t.i128, l: t.isize },
});
const Scalars = t.struct("demo::Scalars", {
  yes: t.bool,
  x: t.f32,
  y: t.f64,
  letter: t.char,
  text: t.string,
  unit: t.unit,
});
const Texts = t.struct("demo::Texts", {
  version: t.semver,
  when: t.dateTime,
  path: t.newtype("std::path::PathBuf", t.string),
  settings: t.json<unknown>(),
});
const Times = t.struct("demo::Times", { span: t.duration, at: t.systemTime });
const Addresses = t.struct("demo::Addresses", {
  ...{ ip: t.ipAddr, v4: t.ipv4Addr, v6: t.ipv6Addr },
  ...{ socket: t.socketAddr, socketV4: t.socketAddrV4, socketV6: t.socketAddrV6 },
});
const Ids = t.struct("demo::Ids", { digest: digestCodec, peer: peerIdCodec });
const Bytes = t.struct("demo::Bytes", {
  rope: t.bytes,
  list: t.vec(t.u8),
  four: t.array(t.u8, 4),
  key: t.fixedBytes(32),
});
const Lists = t.struct("demo::Lists", {
  vec: t.vec(t.u16),
  deque: t.vecDeque(t.string),
  linked: t.linkedList(t.bool),
  heap: t.binaryHeap(t.u8),
  three: t.array(t.i32, 3),
  pair: t.tuple(t.u8, t.string),
  single: t.tuple(t.u8),
});
const Sets = t.struct("demo::Sets", { sorted: t.btreeSet(t.string), hashed: t.hashSet(t.u64) });
const Maps = t.struct("demo::Maps", {
  sorted: t.btreeMap(t.u32, t.vec(t.string)),
  hashed: t.hashMap(t.string, t.f64),
  byPeer: t.btreeMap(peerIdCodec, t.bool),
});
const PairMap = t.btreeMap(t.tuple(t.u8, t.u8), t.string);
const Choices = t.struct("demo::Choices", {
  maybe: t.option(t.string),
  nested: t.nestedOption(t.option(t.u8)),
  result: t.result(t.u8, t.string),
  bound: t.bound(t.i64),
  range: t.range(t.u32),
  inclusive: t.rangeInclusive(t.u64),
});
const Pointers = t.struct("demo::Pointers", {
  box: t.box(t.string),
  arc: t.arc(t.vec(t.u8)),
  rc: t.rc(t.u8),
  text: t.box(t.str),
  shared: t.arc(t.slice(t.u16)),
  cow: t.cow(t.str),
  cowSlice: t.cow(t.slice(t.u8)),
});
const Wrappers = t.struct("demo::Wrappers", {
  cell: t.cell(t.u32),
  refCell: t.refCell(t.string),
  mutex: t.mutex(t.string),
  rwLock: t.rwLock(t.u8),
  wrapping: t.wrapping(t.u8),
  saturating: t.saturating(t.u16),
  reversed: t.btreeSet(t.reverse(t.u8)),
  nonZero: t.nonZero(t.u64),
});
const Envelope = t.struct("demo::Envelope", { inside: t.encoded(t.string) });

const Ping = t.unitStruct("demo::Ping");
const SensorId = t.newtype("demo::model::SensorId", t.u64);
const Point = t.newtype("demo::model::Point", t.tuple(t.f64, t.f64));
const Command = t.enum("demo::model::deep::Command", {
  add: t.u32,
  reset: t.unit,
  set: t.struct({ by: t.i64, of: SensorId }),
  pair: t.tuple(t.u8, Point),
  ping: Ping,
  "two words": t.tuple(),
});
const Inner = t.struct({ deep: t.bool });
const Names = t.struct("demo::Names", {
  sensorName: t.string,
  type: t.u8,
  self: t.u8,
  "two words": t.u8,
  two_words: t.u8,
  inner: Inner,
  choice: t.enum({ a: t.unit, b: Inner }),
});

interface TreeValue {
  value: number;
  left: TreeValue | undefined;
  children: TreeValue[];
}
const Tree: Codec<TreeValue> = t.struct("demo::Tree", {
  value: t.u32,
  // Without a Box, which Rust needs here.
  left: t.option(t.lazy(() => Tree, "demo::Tree")),
  children: t.vec(t.lazy(() => Tree, "demo::Tree")),
});

const PEER = PeerId.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");

/** Codecs of everything that there is, with values that show its edges. */
export const KINDS: ReadonlyMap<string, Kind> = new Map(
  Object.entries({
    Integers: kind(Integers, [
      { a: 0, b: 0, c: 0, d: 0n, e: 0n, f: 0n, g: 0, h: 0, i: 0, j: 0n, k: 0n, l: 0n },
      {
        ...{ a: 255, b: 65535, c: 4294967295, d: (1n << 64n) - 1n, e: (1n << 128n) - 1n, f: (1n << 64n) - 1n },
        ...{ g: -128, h: -32768, i: -2147483648, j: -(1n << 63n), k: -(1n << 127n), l: -(1n << 63n) },
      },
    ]),
    Scalars: kind(Scalars, [
      { yes: true, x: Math.fround(0.1), y: -0, letter: "𝒳", text: 'a"\\\u0001é', unit: undefined },
      { yes: false, x: 16777216, y: 1e300, letter: "\n", text: "", unit: undefined },
      { yes: false, x: Math.fround(1e-45), y: 5e-324, letter: "z", text: "\u2028", unit: undefined },
    ]),
    Texts: kind(
      Texts,
      [
        {
          version: "1.2.3-rc.1+build",
          when: DateTime.parse("2026-02-28T23:59:59.000001Z"),
          path: "/tmp/x",
          settings: { theme: ["dark", 1] },
        },
      ],
      false,
    ),
    Times: kind(Times, [{ span: new Duration((1n << 64n) - 1n, 999_999_999), at: new Duration(1n << 40n, 5) }]),
    Addresses: kind(Addresses, [
      {
        ...{ ip: "192.0.2.7", v4: "0.0.0.0", v6: "2001:db8::1" },
        ...{ socket: "[::1]:80", socketV4: "1.2.3.4:65535", socketV6: "[fe80::1]:0" },
      },
    ]),
    Ids: kind(Ids, [{ digest: Digest.from("mosaik"), peer: PEER }]),
    Bytes: kind(Bytes, [
      {
        rope: Uint8Array.of(1, 2),
        list: new Uint8Array(300).fill(7),
        four: Uint8Array.of(1, 2, 3, 4),
        key: new Uint8Array(32).fill(9),
      },
    ]),
    Lists: kind(Lists, [
      { vec: [1, 65535], deque: ["a"], linked: [true], heap: [5], three: [1, -1, 0], pair: [1, "x"], single: [9] },
    ]),
    Sets: kind(Sets, [{ sorted: new Set(["b", "a", "é"]), hashed: new Set([7n]) }]),
    Maps: kind(Maps, [
      {
        sorted: new Map([
          [300, ["a", "b"]],
          [2, []],
        ]),
        hashed: new Map([["x", 1.5]]),
        byPeer: new Map([[PEER, true]]),
      },
    ]),
    PairMap: kind(PairMap, [new Map([[[1, 2], "x"]])], false),
    Choices: kind(Choices, [
      {
        maybe: undefined,
        nested: { some: 5 },
        result: { kind: "Err", value: "no" },
        bound: { kind: "Included", value: -5n },
        range: { start: 1, end: 2 },
        inclusive: { start: 1n, end: 9n },
      },
      {
        maybe: "x",
        nested: undefined,
        result: { kind: "Ok", value: 1 },
        bound: { kind: "Unbounded" },
        range: { start: 2, end: 1 },
        inclusive: { start: 0n, end: 0n },
      },
    ]),
    SomeNone: kind(t.nestedOption(t.option(t.u8)), [{ some: undefined }], false),
    Pointers: kind(Pointers, [
      {
        box: "b",
        arc: Uint8Array.of(1),
        rc: 3,
        text: "t",
        shared: [1, 2],
        cow: "moo",
        cowSlice: Uint8Array.of(4),
      },
    ]),
    Wrappers: kind(Wrappers, [
      {
        ...{ cell: 1, refCell: "r", mutex: "m", rwLock: 2, wrapping: 3, saturating: 4 },
        ...{ reversed: new Set([1, 3, 2]), nonZero: 5n },
      },
    ]),
    Envelope: kind(Envelope, [{ inside: "letter" }], false),
    NotNumbers: kind(t.vec(t.f64), [[NaN, Infinity, -Infinity]], false),
    Ping: kind(Ping, [undefined]),
    Point: kind(Point, [[1.5, -2]]),
    Command: kind(Command, [
      { kind: "add", value: 5 },
      { kind: "reset" },
      { kind: "set", value: { by: -1n, of: 7n } },
      { kind: "pair", value: [1, [0.5, 2]] },
      { kind: "ping" },
      { kind: "two words", value: [] },
    ]),
    Names: kind(Names, [
      {
        ...{ sensorName: "s", type: 1, self: 2, "two words": 3, two_words: 4 },
        inner: { deep: true },
        choice: { kind: "b", value: { deep: false } },
      },
    ]),
    Tree: kind(Tree, [
      {
        value: 1,
        left: { value: 2, left: undefined, children: [] },
        children: [{ value: 3, left: undefined, children: [{ value: 4, left: undefined, children: [] }] }],
      },
    ]),
  }),
);
