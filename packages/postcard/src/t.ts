/** The builders of codecs, imported together as `t`. */
export type { Infer } from "./codec.js";
export { bytes, fixedBytes } from "./codecs/bytes.js";
export { encoded } from "./codecs/encoded.js";
export { bound, enumeration as enum, result } from "./codecs/enum.js";
export { i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize } from "./codecs/integers.js";
export { json } from "./codecs/json.js";
export { lazy } from "./codecs/lazy.js";
export { btreeMap, hashMap } from "./codecs/map.js";
export { ipAddr, ipv4Addr, ipv6Addr, socketAddr, socketAddrV4, socketAddrV6 } from "./codecs/net.js";
export { nestedOption, option } from "./codecs/option.js";
export { range, rangeInclusive } from "./codecs/range.js";
export { bool, f32, f64, unit, unitStruct } from "./codecs/scalars.js";
export { semver } from "./codecs/semver.js";
export { binaryHeap, linkedList, slice, vec, vecDeque } from "./codecs/sequence.js";
export { btreeSet, hashSet } from "./codecs/set.js";
export { struct } from "./codecs/struct.js";
export { char, str, string } from "./codecs/text.js";
export { dateTime, duration, systemTime } from "./codecs/time.js";
export { custom, transform } from "./codecs/transform.js";
export {
  arc,
  box,
  cell,
  cow,
  mutex,
  newtype,
  nonZero,
  rc,
  ref,
  refCell,
  reverse,
  rwLock,
  saturating,
  wrapping,
} from "./codecs/transparent.js";
export { array, tuple } from "./codecs/tuple.js";
export { constGeneric } from "./names.js";
