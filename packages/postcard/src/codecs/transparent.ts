import type { Codec, PartMap } from "../codec.js";
import { EmittingCodec, type Emitter } from "../compile/emitting.js";
import { EncodeError, DecodeError, describe } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import { genericName, type NameOptions } from "../names.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";

/** The bytes and values of another codec, under a name of its own. */
class TransparentCodec<T> extends EmittingCodec<T> {
  readonly shape: Shape;

  constructor(
    protected readonly inner: Codec<T>,
    readonly rustName: string | undefined,
  ) {
    super();
    // A named unit still is a unit: enums give it no `value`.
    this.shape = inner.shape.kind === "unit" ? inner.shape : { kind: "transparent", inner };
  }

  override get minSize(): number {
    return this.inner.minSize;
  }

  override get hasUndefined(): boolean {
    return this.inner.hasUndefined;
  }

  override get isOrdered(): boolean {
    return this.inner.isOrdered;
  }

  override compare(a: T, b: T): number {
    return this.inner.compare(a, b);
  }

  override get isHashable(): boolean {
    return this.inner.isHashable;
  }

  override hash(stream: HashStream, value: T): void {
    this.inner.hash(stream, value);
  }

  override get isInlined(): boolean {
    return true;
  }

  override emitWrite(code: Emitter, value: string): void {
    code.write(this.inner, value);
  }

  override emitRead(code: Emitter): string {
    return code.read(this.inner);
  }

  override write(writer: Writer, value: T): void {
    this.inner.write(writer, value);
  }

  override read(reader: Reader): T {
    return this.inner.read(reader);
  }

  protected override withParts(map: PartMap): Codec<T> {
    return new TransparentCodec(map(this.inner), this.rustName);
  }
}

class ReverseCodec<T> extends TransparentCodec<T> {
  override compare(a: T, b: T): number {
    return this.inner.compare(b, a);
  }

  protected override withParts(map: PartMap): Codec<T> {
    return new ReverseCodec(map(this.inner), this.rustName);
  }
}

class NonZeroCodec<T extends number | bigint> extends TransparentCodec<T> {
  // What it refuses is not in the code that it would have from its base.
  override get isInlined(): boolean {
    return false;
  }

  override write(writer: Writer, value: T): void {
    if (Number(value) === 0) throw new EncodeError("outOfRange", `${describe(value)} in a NonZero`);
    this.inner.write(writer, value);
  }

  override read(reader: Reader): T {
    const start = reader.offset;
    const value = this.inner.read(reader);
    if (Number(value) === 0) throw new DecodeError("outOfRange", "a zero in a NonZero", start);
    return value;
  }

  protected override withParts(map: PartMap): Codec<T> {
    return new NonZeroCodec(map(this.inner), this.rustName);
  }
}

/**
 * A Rust newtype such as `struct Name(String);`, and any type of your own with the bytes and values of another codec:
 * `t.newtype("demo::Wrapper", t.u64, { generics: [t.u64] })` is `demo::Wrapper<u64>`.
 */
export function newtype<T>(rustName: string, inner: Codec<T>, options?: NameOptions): Codec<T> {
  return new TransparentCodec(inner, genericName(rustName, options));
}

/** Rust's `Box<T>`. */
export const box = wrapperOf("alloc::boxed::Box");
/** Rust's `Arc<T>`. */
export const arc = wrapperOf("alloc::sync::Arc");
/** Rust's `Rc<T>`. */
export const rc = wrapperOf("alloc::rc::Rc");
/** Rust's `Cell<T>`. */
export const cell = wrapperOf("core::cell::Cell");
/** Rust's `RefCell<T>`. */
export const refCell = wrapperOf("core::cell::RefCell");
/** Rust's `Mutex<T>`. */
export const mutex = wrapperOf("std::sync::poison::mutex::Mutex");
/** Rust's `RwLock<T>`. */
export const rwLock = wrapperOf("std::sync::poison::rwlock::RwLock");
/** Rust's `Wrapping<T>`. */
export const wrapping = wrapperOf("core::num::wrapping::Wrapping");
/** Rust's `Saturating<T>`. */
export const saturating = wrapperOf("core::num::saturating::Saturating");

/** Rust's `Cow<'_, B>` of the *borrowed* type: `t.cow(t.str)`, `t.cow(t.slice(t.u8))`. */
export function cow<T>(borrowed: Codec<T>): Codec<T> {
  return new TransparentCodec(borrowed, genericName("alloc::borrow::Cow", { generics: ["'_", borrowed] }));
}

/** A Rust reference `&T`: `t.ref(t.str)` is `&str`. */
export function ref<T>(inner: Codec<T>): Codec<T> {
  return new TransparentCodec(inner, inner.rustName === undefined ? undefined : `&${inner.rustName}`);
}

/** Rust's `Reverse<T>`: the order turned around. */
export function reverse<T>(inner: Codec<T>): Codec<T> {
  return new ReverseCodec(inner, genericName("core::cmp::Reverse", { generics: [inner] }));
}

/** Rust's `NonZero<T>` (`NonZeroU64`, …) of an integer codec: zero is refused on encode and on decode. */
export function nonZero<T extends number | bigint>(inner: Codec<T>): Codec<T> {
  return new NonZeroCodec(inner, genericName("core::num::nonzero::NonZero", { generics: [inner] }));
}

function wrapperOf(path: string): <T>(inner: Codec<T>) => Codec<T> {
  return (inner) => new TransparentCodec(inner, genericName(path, { generics: [inner] }));
}
