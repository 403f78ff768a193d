import { describe, expect, it } from "vitest";
import { DateTime, DecodeError, EncodeError, t, type Generic } from "../src/index.js";
import { fromSerde } from "./support/from-serde.js";
import { fromHex, toHex } from "./support/hex.js";
import { codecOf } from "./support/rust-types.js";
import { postcardCases, typeNameCases, type PostcardCase } from "./support/vectors.js";

describe("bytes made by Rust: values", () => {
  const cases = postcardCases.filter((one) => one.kind === "encode");
  it.each(cases.map((one) => [one.name, one.type, one] as const))("%s of %s", (_name, type, one) => {
    const codec = codecOf(type)!;
    expect(codec.rustName).toBe(type);
    expect(toHex(codec.encode(codec.decode(fromHex(one.hex))))).toBe(one.hex);
    const value = valueOf(one);
    if (value === noValue) return;
    expect(toHex(codec.encode(value))).toBe(one.hex);
    if (!one.name.includes("scope is lost")) expect(codec.decode(fromHex(one.hex))).toEqual(value);
  });
});

describe("bytes made by Rust: leniency and strictness", () => {
  const cases = postcardCases.filter((one) => one.kind === "decode");
  it.each(cases.map((one) => [one.name, one.type, one] as const))("%s of %s", (_name, type, one) => {
    const codec = codecOf(type)!;
    expect(codec.rustName).toBe(type);
    if (one.ok === true) expect(toHex(codec.encode(codec.decode(fromHex(one.hex))))).toBe(one.reencoded);
    else expect(() => codec.decode(fromHex(one.hex))).toThrow(DecodeError);
  });
});

it("has no encoding for a SystemTime before 1970, as Rust", () => {
  const refused = postcardCases.filter((one) => one.kind === "encode-error");
  expect(refused.map((one) => one.type)).toEqual(["std::time::SystemTime"]);
  // Such a duration cannot even be made; an object that pretends to be one is refused.
  expect(() => t.systemTime.encode({ seconds: -1n, nanos: 0 } as never)).toThrow(EncodeError);
});

it("covers every kind of case", () => {
  expect(new Set(postcardCases.map((one) => one.kind))).toEqual(new Set(["encode", "decode", "encode-error", "json"]));
  // The only `json` case is about the JSON form of signatures, which is not postcard.
  expect(postcardCases.filter((one) => one.kind === "json").map((one) => one.name)).toEqual(["Signature as JSON"]);
});

describe("type names printed by Rust", () => {
  it.each(typeNameCases.map((one) => [one.rust, one.name] as const))("%s is %s", (rust, name) => {
    if (pointers.includes(name)) return;
    const parts = composed.get(rust);
    if (parts !== undefined) {
      const [path, ...generics] = parts;
      expect(t.newtype(path, t.unit, { generics }).rustName).toBe(name);
    } else {
      // A path alone is what any codec of that name says; everything else is composed of its parts.
      const codec = /[<([&]/.test(name) ? codecOf(name) : (codecOf(name) ?? t.unitStruct(name));
      expect(codec?.rustName).toBe(name);
    }
  });
});

/** Of pointers there are no values, so no codecs. */
const pointers = ["fn(u8) -> u16", "*const u8", "&mut u8"];

const noValue = Symbol("the case has bytes only");

/** The value of a case, if it gives one in a form that means it unambiguously. */
function valueOf(one: PostcardCase): unknown {
  if (one.debug === "Some(None)") return { some: undefined };
  if (one.seconds !== undefined) return new DateTime(one.seconds, one.nanos);
  if (one.order !== undefined) return endpointAddrOf(one.order);
  if (one.value === undefined) return one.text === undefined ? noValue : fromHex(one.text);
  return fromSerde(codecOf(one.type)!, one.value);
}

/** The value of the case that lists addresses in Rust's order, given in the reverse of it. */
function endpointAddrOf(order: readonly string[]): unknown {
  const id = fromHex("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c");
  const addrs = order.map((text) => {
    const [, kind, value] = /^(\w+)\((.*)\)$/.exec(text)!;
    if (kind !== "Custom") return { kind, value };
    const [, customId, data] = /id: (\d+), data: \[(.*)\]/.exec(value!)!;
    return { kind, value: { id: BigInt(customId!), data: fromHex(data!) } };
  });
  return { id, addrs: new Set(addrs.reverse()) };
}

const [u64, string] = [t.u64, t.string];
const [usizeMax, u64Max] = [(1n << 64n) - 1n, t.constGeneric("u64", (1n << 64n) - 1n)];
const [reader, writer] = [t.constGeneric("bool", false), t.constGeneric("bool", true)];
const collections = "mosaik::collections";
const anyFn = "dyn core::ops::function::Fn(u8) -> u16 + core::marker::Send";
const hasher = "core::hash::BuildHasherDefault<std::hash::random::DefaultHasher>";

/** Names of types that are not data, and of types with const parameters: the path and the arguments, by the Rust type. */
const composed = new Map<string, readonly [path: string, ...generics: Generic[]]>([
  ["Box<dyn Speak>", ["alloc::boxed::Box", "dyn demo::Speak"]],
  ["Box<dyn Speak + Send + Sync>", ["alloc::boxed::Box", "dyn demo::Speak + core::marker::Send + core::marker::Sync"]],
  ["Arc<dyn Fn(u8) -> u16 + Send>", ["alloc::sync::Arc", anyFn]],
  [
    "HashMap<String, u64, std::hash::BuildHasherDefault<std::collections::hash_map::DefaultHasher>>",
    ["std::collections::hash::map::HashMap", string, u64, hasher],
  ],
  [
    "mosaik::groups::LogReplaySync<mosaik::groups::NoOp>",
    ["mosaik::groups::replay::LogReplaySync", "mosaik::groups::machine::noop::NoOp"],
  ],
  ["mosaik::collections::MapReader<String, u64>", [`${collections}::map::Map`, string, u64, reader]],
  ["mosaik::collections::Vec<u64>", [`${collections}::vec::Vec`, u64, writer]],
  ["mosaik::collections::Set<u64>", [`${collections}::set::Set`, u64, writer]],
  ["mosaik::collections::Cell<u64>", [`${collections}::cell::Cell`, u64, writer]],
  ["mosaik::collections::Once<u64>", [`${collections}::once::Once`, u64, writer]],
  ...[
    ["PriorityQueue<u64,u64,u64>", u64Max, writer] as const,
    ["UnboundedPriorityQueue<u64,u64,u64>", u64Max, writer] as const,
    ["PriorityQueue<u64,u64,u64,3>", t.constGeneric("u64", 3), writer] as const,
    ["BoundedPriorityQueue<u64,u64,u64,3>", t.constGeneric("u64", 3n), writer] as const,
    ["PriorityQueueReader<u64,u64,u64>", u64Max, reader] as const,
    ["PriorityQueue<u64,u64,u64,{u64::MAX}, false>", u64Max, reader] as const,
  ].map(
    ([rust, capacity, side]) =>
      [`${collections}::${rust}`, [`${collections}::depq::PriorityQueue`, u64, u64, u64, capacity, side]] as const,
  ),
  ["Fixed<4>", ["demo::Fixed", t.constGeneric("usize", 4)]],
  ["Fixed<18446744073709551615>", ["demo::Fixed", t.constGeneric("usize", usizeMax)]],
  ["crate::CU64<{u64::MAX}>", ["demo::CU64", u64Max]],
  ["crate::CU64<0>", ["demo::CU64", t.constGeneric("u64", 0)]],
  ["crate::CU64D<{u64::MAX}>", ["demo::CU64D", u64Max]],
  ["crate::CU64D<7>", ["demo::CU64D", t.constGeneric("u64", 7)]],
  ["crate::CU8<255>", ["demo::CU8", t.constGeneric("u8", 255)]],
  ["crate::CI8<127>", ["demo::CI8", t.constGeneric("i8", 127)]],
  ["crate::CI8<-128>", ["demo::CI8", t.constGeneric("i8", -128)]],
  ["crate::CI64<{i64::MIN}>", ["demo::CI64", t.constGeneric("i64", -(1n << 63n))]],
  ["crate::CBool<true>", ["demo::CBool", t.constGeneric("bool", true)]],
]);
