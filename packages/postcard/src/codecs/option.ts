import type { Codec, PartMap } from "../codec.js";
import { CompositeCodec } from "../compile/composite.js";
import type { Emitter } from "../compile/emitting.js";
import type { DecodeError } from "../errors.js";
import { locate, wrongType } from "../errors.js";
import type { HashStream } from "../hash-stream.js";
import { genericName } from "../names.js";
import type { Reader } from "../reader.js";
import type { Shape } from "../shape.js";
import type { Writer } from "../writer.js";

/** What both forms of an option share: the tag, and the order. */
abstract class AnyOptionCodec<T, O> extends CompositeCodec<O> {
  readonly shape: Shape;
  protected override readonly isShort = true;
  readonly rustName: string | undefined;

  constructor(
    protected readonly inner: Codec<T>,
    wrapped: boolean,
  ) {
    super();
    this.shape = { kind: "option", inner, wrapped };
    this.rustName = genericName("core::option::Option", { generics: [inner] });
  }

  override get minSize(): number {
    return 1;
  }

  override get hasUndefined(): boolean {
    return true;
  }

  override get isOrdered(): boolean {
    return this.inner.isOrdered;
  }

  override get isHashable(): boolean {
    return this.inner.isHashable;
  }
}

class OptionCodec<T> extends AnyOptionCodec<T, T | undefined> {
  override compare(a: T | undefined, b: T | undefined): number {
    if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
    return this.inner.compare(a, b);
  }

  override hash(stream: HashStream, value: T | undefined): void {
    stream.count(value === undefined ? 0 : 1);
    if (value !== undefined) this.inner.hash(stream, value);
  }

  override emitWrite(code: Emitter, value: string): void {
    code.line(`if (${value} === undefined) w.u8(0); else { w.u8(1);`);
    code.write(this.inner, value);
    code.line("}");
  }

  override emitRead(code: Emitter): string {
    const option = code.declare();
    code.line(`if (${code.constant(readTag)}(r)) {`);
    code.line(`${option} = ${code.read(this.inner)};`);
    code.back();
    code.line(`if (${option} === undefined) throw ${code.constant(hiddenUndefined)}(r); }`);
    return option;
  }

  protected override interpretWrite(writer: Writer, value: T | undefined): void {
    if (value === undefined) {
      writer.u8(0);
    } else {
      writer.u8(1);
      this.inner.write(writer, value);
    }
  }

  protected override interpretRead(reader: Reader): T | undefined {
    if (!readTag(reader)) return undefined;
    const value = this.inner.read(reader);
    if (value === undefined) throw hiddenUndefined(reader);
    return value;
  }

  protected override withParts(map: PartMap): Codec<T | undefined> {
    return new OptionCodec(map(this.inner), false);
  }
}

/** The value of an option whose inner type has an `undefined` of its own. */
export interface Some<T> {
  some: T;
}

class NestedOptionCodec<T> extends AnyOptionCodec<T, Some<T> | undefined> {
  override compare(a: Some<T> | undefined, b: Some<T> | undefined): number {
    if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
    return this.inner.compare(a.some, b.some);
  }

  override hash(stream: HashStream, value: Some<T> | undefined): void {
    stream.count(value === undefined ? 0 : 1);
    if (value !== undefined) this.inner.hash(stream, value.some);
  }

  override emitWrite(code: Emitter, value: string): void {
    code.line(`if (${value} === undefined) w.u8(0); else { ${code.constant(checkSome)}(${value}); w.u8(1);`);
    code.within("some", () => code.write(this.inner, `${value}.some`));
    code.line("}");
  }

  override emitRead(code: Emitter): string {
    const option = code.declare();
    code.line(`if (${code.constant(readTag)}(r)) {`);
    code.line(`${option} = { some: ${code.within("some", () => code.read(this.inner))} }; }`);
    return option;
  }

  protected override withParts(map: PartMap): Codec<Some<T> | undefined> {
    return new NestedOptionCodec(map(this.inner), true);
  }

  protected override interpretWrite(writer: Writer, value: Some<T> | undefined): void {
    if (value === undefined) {
      writer.u8(0);
      return;
    }
    checkSome(value);
    writer.u8(1);
    try {
      this.inner.write(writer, value.some);
    } catch (error) {
      locate(error, "some");
      throw error;
    }
  }

  protected override interpretRead(reader: Reader): Some<T> | undefined {
    if (!readTag(reader)) return undefined;
    try {
      return { some: this.inner.read(reader) };
    } catch (error) {
      locate(error, "some");
      throw error;
    }
  }
}

/**
 * Rust's `Option<T>`: the value, or `undefined` for `None`.
 *
 * @throws TypeError if `undefined` already is a value of `inner` (an option, a unit): use `nestedOption`
 */
export function option<T>(inner: Codec<T>): Codec<T | undefined> {
  if (inner.hasUndefined) {
    throw new TypeError(`an option of ${inner.rustName ?? "a type"}, which has an undefined value: use t.nestedOption`);
  }
  return new OptionCodec(inner, false);
}

/** Rust's `Option<T>` for any `T`: `{ some: value }`, or `undefined` for `None`. */
export function nestedOption<T>(inner: Codec<T>): Codec<Some<T> | undefined> {
  return new NestedOptionCodec(inner, true);
}

/** Whether a value follows the tag. */
function readTag(reader: Reader): boolean {
  const tag = reader.u8();
  if (tag > 1) throw reader.error("invalidOption", `${tag} is not the tag of an option`, reader.offset - 1);
  return tag === 1;
}

function checkSome(value: unknown): void {
  if (typeof value !== "object" || value === null || !("some" in value)) {
    throw wrongType("undefined or { some }", value);
  }
}

function hiddenUndefined(reader: Reader): DecodeError {
  return reader.error("invalidValue", "the value of an option is undefined: use nestedOption");
}
