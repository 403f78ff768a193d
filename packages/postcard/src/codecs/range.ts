import type { Codec } from "../codec.js";
import { struct } from "./struct.js";

/** The values of `t.range` and `t.rangeInclusive`. */
export interface Range<T> {
  start: T;
  end: T;
}

/** Rust's `Range<T>`, `start..end`: `{ start, end }`. */
export function range<T>(inner: Codec<T>): Codec<Range<T>> {
  return struct("core::ops::range::Range", { start: inner, end: inner }, { generics: [inner] });
}

/** Rust's `RangeInclusive<T>`, `start..=end`: `{ start, end }`, the same bytes as `range`. */
export function rangeInclusive<T>(inner: Codec<T>): Codec<Range<T>> {
  return struct("core::ops::range::RangeInclusive", { start: inner, end: inner }, { generics: [inner] });
}
