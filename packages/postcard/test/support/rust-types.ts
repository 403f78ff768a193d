import { t, type Codec } from "../../src/index.js";
import * as iroh from "./iroh-types.js";

const Shape = t.enum("demo::Shape", {
  Empty: t.unit,
  Circle: t.u32,
  Rect: t.struct({ w: t.u32, h: t.u32 }),
  Pair: t.tuple(t.u8, t.i16),
});
const Order = t.struct("demo::Order", { qty: t.u64, note: t.string });

/** Types without parameters, by what `type_name` prints; also those of crate `demo`. */
const plain = new Map<string | undefined, Codec<unknown>>(
  [
    ...[t.bool, t.u8, t.u16, t.u32, t.u64, t.u128, t.usize, t.i8, t.i16, t.i32, t.i64, t.i128, t.isize],
    ...[t.f32, t.f64, t.char, t.string, t.str, t.unit, t.bytes, t.newtype("bytes::bytes_mut::BytesMut", t.bytes)],
    ...[t.duration, t.systemTime, t.dateTime, t.semver],
    ...[t.ipAddr, t.ipv4Addr, t.ipv6Addr, t.socketAddr, t.socketAddrV4, t.socketAddrV6],
    ...Object.values(iroh).filter((value) => typeof value !== "function"),
    t.newtype("std::path::PathBuf", t.string),
    t.newtype("mosaik::collections::primitives::Version", t.u64),
    t.struct("demo::SensorReading", { id: t.u32, label: t.string }),
    t.struct("demo::PriceUpdate", { symbol: t.string, price: t.u64 }),
    t.struct("demo::types::SensorReading", { id: t.u32, label: t.string }),
    t.enum("demo::Single", { Only: t.u8 }),
    t.enum("demo::CounterCommand", { Increment: t.u32, Decrement: t.u32 }),
    ...[Shape, Order],
    ...["demo::Root", "demo::Counter", "demo::Tick", "demo::Shout", "demo::Echo", "demo::model::Tick"].map(
      t.unitStruct,
    ),
    ...["demo::static_vectors::in_fn::Inner", "demo::static_vectors::in_async_fn::{{closure}}::Inner"].map(
      t.unitStruct,
    ),
    t.unitStruct("demo::static_vectors::type_names::{{closure}}::{{closure}}::Inner"),
  ].map((codec) => [codec.rustName, codec]),
);

type Build = (...parameters: Codec<unknown>[]) => Codec<unknown>;

/** A generic struct of the demo crate. */
function generic(path: string): Build {
  return (...generics) => t.struct(path, { items: t.vec(generics[0]!) }, { generics });
}

/** Types with parameters, by their path. */
const parametric = new Map<string, Build>([
  ["alloc::vec::Vec", (item) => t.vec(item)],
  ["alloc::collections::vec_deque::VecDeque", (item) => t.vecDeque(item)],
  ["alloc::collections::linked_list::LinkedList", (item) => t.linkedList(item)],
  ["alloc::collections::binary_heap::BinaryHeap", (item) => t.binaryHeap(item)],
  ["alloc::collections::btree::set::BTreeSet", (item) => t.btreeSet(item)],
  ["alloc::collections::btree::map::BTreeMap", (key, value) => t.btreeMap(key, value)],
  ["std::collections::hash::set::HashSet", (item) => t.hashSet(item)],
  ["std::collections::hash::map::HashMap", (key, value) => t.hashMap(key, value)],
  ["core::option::Option", (inner) => (inner.hasUndefined ? t.nestedOption(inner) : t.option(inner))],
  ["core::result::Result", (ok, err) => t.result(ok, err)],
  ["core::ops::range::Range", (inner) => t.range(inner)],
  ["core::ops::range::RangeInclusive", (inner) => t.rangeInclusive(inner)],
  ["core::ops::range::Bound", (inner) => t.bound(inner)],
  ["alloc::boxed::Box", (inner) => t.box(inner)],
  ["alloc::sync::Arc", (inner) => t.arc(inner)],
  ["core::cell::Cell", (inner) => t.cell(inner)],
  ["core::cell::RefCell", (inner) => t.refCell(inner)],
  ["std::sync::poison::mutex::Mutex", (inner) => t.mutex(inner)],
  ["std::sync::poison::rwlock::RwLock", (inner) => t.rwLock(inner)],
  ["core::num::wrapping::Wrapping", (inner) => t.wrapping(inner)],
  ["core::cmp::Reverse", (inner) => t.reverse(inner)],
  ["core::num::nonzero::NonZero", (inner) => t.nonZero(inner as Codec<bigint>)],
  ["mosaik::primitives::datum::Encoded", (inner) => t.encoded(inner)],
  ["mosaik::groups::replay::LogReplaySyncMessage", (command) => iroh.logReplaySyncMessage(command)],
  ["demo::Wrapper", (inner) => t.newtype("demo::Wrapper", inner, { generics: [inner] })],
  ["demo::Page", generic("demo::Page")],
  ["demo::RootGeneric", generic("demo::RootGeneric")],
  ["demo::feed::Tick", generic("demo::feed::Tick")],
  ["demo::types::inner::Deep", generic("demo::types::inner::Deep")],
  ["demo::Defaulted", generic("demo::Defaulted")],
  [
    "demo::static_vectors::type_names::{{closure}}::gen_::Inner",
    generic("demo::static_vectors::type_names::{{closure}}::gen_::Inner"),
  ],
]);

/** The codec of a type, by what `type_name` prints of it; undefined for types that no codec exists of. */
export function codecOf(name: string): Codec<unknown> | undefined {
  const known = plain.get(name);
  if (known !== undefined) return known;
  if (name.startsWith("alloc::borrow::Cow<'_, ")) return map(name.slice(23, -1), (inner) => t.cow(inner));
  if (name.startsWith("&mut ")) return undefined;
  if (name.startsWith("&")) return map(name.slice(1), (inner) => t.ref(inner));
  if (name.startsWith("(")) {
    const items = splitTopLevel(name.slice(1, -1)).map(codecOf);
    return items.every((item) => item !== undefined) ? t.tuple(...items) : undefined;
  }
  if (name.startsWith("[")) {
    const [item, length] = name.slice(1, -1).split("; ");
    return map(item!, (codec) => (length === undefined ? t.slice(codec) : t.array(codec, Number(length))));
  }
  const open = name.indexOf("<");
  const build = parametric.get(open < 0 ? name : name.slice(0, open));
  const items = splitTopLevel(name.slice(open + 1, -1)).map(codecOf);
  return build !== undefined && items.every((item) => item !== undefined) ? build(...items) : undefined;
}

function map(name: string, build: (codec: Codec<unknown>) => Codec<unknown>): Codec<unknown> | undefined {
  const codec = codecOf(name);
  return codec === undefined ? undefined : build(codec);
}

/** The parts between commas that are in no bracket. */
function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of text) {
    if ("<([".includes(character)) depth++;
    if (">)]".includes(character)) depth--;
    if (character === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else {
      part += character;
    }
  }
  return part.trim() === "" ? parts : [...parts, part.trim()];
}
