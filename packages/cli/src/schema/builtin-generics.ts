import { t } from "mosaik";
import { EQ, generic, type Builtin } from "./builtin.js";
import type { Trait } from "./traits.js";

const list = (item?: string) => (item === "number" ? "number[]" : `Array<${item}>`);
const setOf = (item?: string) => `Set<${item}>`;
const mapOf = (key?: string, value?: string) => `Map<${key}, ${value}>`;

const collections: readonly Builtin[] = [
  generic("vec", "Vec", 1, t.vec, {
    path: "alloc::vec::Vec",
    crates: ["std", "alloc"],
    value: list,
    isIndirect: true,
  }),
  generic("slice", "[]", 1, t.slice, {
    path: undefined,
    aliases: [],
    rust: (item) => `[${item}]`,
    value: list,
    isIndirect: true,
  }),
  generic("vecDeque", "std::collections::VecDeque", 1, t.vecDeque, {
    path: "alloc::collections::vec_deque::VecDeque",
    value: list,
    isIndirect: true,
  }),
  generic("linkedList", "std::collections::LinkedList", 1, t.linkedList, {
    path: "alloc::collections::linked_list::LinkedList",
    value: list,
    isIndirect: true,
  }),
  generic("binaryHeap", "std::collections::BinaryHeap", 1, t.binaryHeap, {
    path: "alloc::collections::binary_heap::BinaryHeap",
    value: list,
    traits: ["Clone"],
    isIndirect: true,
    demands: ["Ord"],
  }),
  generic("btreeSet", "std::collections::BTreeSet", 1, t.btreeSet, {
    path: "alloc::collections::btree::set::BTreeSet",
    value: setOf,
    isIndirect: true,
    demands: ["Ord"],
  }),
  generic("hashSet", "std::collections::HashSet", 1, t.hashSet, {
    path: "std::collections::hash::set::HashSet",
    aliases: ["HashSet", "set"],
    value: setOf,
    traits: EQ,
    isIndirect: true,
    demands: ["Eq", "Hash"],
  }),
  generic("btreeMap", "std::collections::BTreeMap", 2, t.btreeMap, {
    path: "alloc::collections::btree::map::BTreeMap",
    value: mapOf,
    isIndirect: true,
    demands: ["Ord"],
  }),
  generic("hashMap", "std::collections::HashMap", 2, t.hashMap, {
    path: "std::collections::hash::map::HashMap",
    aliases: ["HashMap", "map"],
    value: mapOf,
    traits: EQ,
    isIndirect: true,
    demands: ["Eq", "Hash"],
  }),
];

const CLONE_EQ_HASH: readonly Trait[] = ["Clone", "PartialEq", "Eq", "Hash"];

const choices: readonly Builtin[] = [
  generic("option", "Option", 1, t.option, {
    path: "core::option::Option",
    crates: ["std", "core"],
    value: (inner) => `${inner} | undefined`,
  }),
  generic("result", "Result", 2, t.result, {
    path: "core::result::Result",
    crates: ["std", "core"],
    value: (ok, err) => `{ kind: "Ok"; value: ${ok} } | { kind: "Err"; value: ${err} }`,
  }),
  generic("bound", "std::ops::Bound", 1, t.bound, {
    path: "core::ops::range::Bound",
    value: (inner) =>
      `{ kind: "Unbounded"; value?: undefined } | { kind: "Included"; value: ${inner} } | { kind: "Excluded"; value: ${inner} }`,
    traits: CLONE_EQ_HASH,
  }),
  generic("range", "std::ops::Range", 1, t.range, {
    path: "core::ops::range::Range",
    value: (inner) => `{ start: ${inner}; end: ${inner} }`,
    traits: CLONE_EQ_HASH,
  }),
  generic("rangeInclusive", "std::ops::RangeInclusive", 1, t.rangeInclusive, {
    path: "core::ops::range::RangeInclusive",
    value: (inner) => `{ start: ${inner}; end: ${inner} }`,
    traits: CLONE_EQ_HASH,
  }),
];

const wrappers: readonly Builtin[] = [
  generic("box", "Box", 1, t.box, { path: "alloc::boxed::Box", crates: ["std", "alloc"], isIndirect: true }),
  generic("arc", "std::sync::Arc", 1, t.arc, { path: "alloc::sync::Arc", isIndirect: true }),
  generic("rc", "std::rc::Rc", 1, t.rc, { path: "alloc::rc::Rc", isIndirect: true }),
  generic("cell", "std::cell::Cell", 1, t.cell, { path: "core::cell::Cell", traits: [...EQ, "Ord"] }),
  generic("refCell", "std::cell::RefCell", 1, t.refCell, { path: "core::cell::RefCell", traits: [...EQ, "Ord"] }),
  generic("mutex", "std::sync::Mutex", 1, t.mutex, { path: "std::sync::poison::mutex::Mutex", traits: [] }),
  generic("rwLock", "std::sync::RwLock", 1, t.rwLock, { path: "std::sync::poison::rwlock::RwLock", traits: [] }),
  generic("wrapping", "std::num::Wrapping", 1, t.wrapping, { path: "core::num::wrapping::Wrapping" }),
  generic("saturating", "std::num::Saturating", 1, t.saturating, { path: "core::num::saturating::Saturating" }),
  generic("reverse", "std::cmp::Reverse", 1, t.reverse, { path: "core::cmp::Reverse" }),
  generic("nonZero", "std::num::NonZero", 1, t.nonZero, { path: "core::num::nonzero::NonZero" }),
  generic("cow", "std::borrow::Cow", 1, t.cow, {
    path: "alloc::borrow::Cow",
    rust: (inner) => `std::borrow::Cow<'static, ${inner}>`,
    isIndirect: true,
  }),
  generic("ref", "&", 1, t.ref, {
    path: undefined,
    aliases: [],
    rust: (inner) => `&'static ${inner}`,
    isIndirect: true,
  }),
  generic("encoded", "mosaik::primitives::datum::Encoded", 1, t.encoded, {
    path: "mosaik::primitives::datum::Encoded",
    crates: ["mosaik"],
    traits: CLONE_EQ_HASH,
  }),
];

/** The types with arguments. */
export const GENERICS: readonly Builtin[] = [...collections, ...choices, ...wrappers];
