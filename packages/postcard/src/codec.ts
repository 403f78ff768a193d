import { DecodeError, EncodeError } from "./errors.js";
import type { HashStream } from "./hash-stream.js";
import { compareBytes } from "./order.js";
import { Reader } from "./reader.js";
import type { Shape } from "./shape.js";
import type { StandardProps, StandardResult, StandardSchemaV1 } from "./standard-schema.js";
import { Writer } from "./writer.js";

/** The type of a codec's values. */
export type Infer<C> = C extends Codec<infer T> ? T : never;

/** What `withParts` makes of a part. */
export type PartMap = <P>(part: Codec<P>) => Codec<P>;

/** A writer kept for `encode`, unless it is in use further up the stack. */
let spareWriter: Writer | undefined = new Writer();
const SPARE_BYTES_MAX = 1024 * 1024;

/**
 * Turns values of `T` into postcard bytes and back.
 *
 * Codecs are immutable and hold no state between calls. They also are Standard Schemas: `validate` tells whether a
 * value can be encoded.
 */
export abstract class Codec<T> implements StandardSchemaV1<T> {
  private interpretedForm: Codec<T> | undefined;

  /** What the codec is made of. */
  abstract readonly shape: Shape;
  /** What Rust's `type_name` prints for the type; undefined if a part of it has no name. */
  abstract readonly rustName: string | undefined;

  /**
   * Appends a value.
   *
   * @throws EncodeError if it is not a `T`; `writer` then holds a part of it behind its former `length`
   */
  abstract write(writer: Writer, value: T): void;

  /**
   * Reads a value at the reader's offset and moves it behind the value.
   *
   * @throws DecodeError
   */
  abstract read(reader: Reader): T;

  /** The smallest number of bytes a value takes; counts are checked against it. */
  abstract get minSize(): number;

  /** Whether `undefined` is one of the values, which `t.option` could not tell from its own. */
  get hasUndefined(): boolean {
    return false;
  }

  /** Whether `compare` is the order of a Rust type that has one (`Ord`), as sorted sets and maps need. */
  get isOrdered(): boolean {
    return false;
  }

  /** Negative, zero or positive, as `a` is before, equal to or after `b`: Rust's `Ord` if `isOrdered`, else bytewise. */
  compare(a: T, b: T): number {
    return compareBytes(this.encode(a), this.encode(b));
  }

  /** Whether `hash` is that of a Rust type that has one (`Hash`), as the keys of hashed maps need. */
  get isHashable(): boolean {
    return false;
  }

  /**
   * Feeds a value to a hasher as Rust's `Hash` does.
   *
   * @throws TypeError if not `isHashable`
   */
  hash(_stream: HashStream, _value: T): void {
    throw new TypeError(`${this.rustName ?? "the type"} has no hash`);
  }

  /**
   * The bytes of a value.
   *
   * @throws EncodeError if it is not a `T`
   */
  encode(value: T): Uint8Array {
    const writer = spareWriter ?? new Writer();
    spareWriter = undefined;
    writer.reset();
    try {
      this.write(writer, value);
      return writer.take();
    } finally {
      if (writer.bytes.length <= SPARE_BYTES_MAX) spareWriter = writer;
    }
  }

  /**
   * The value that the bytes begin with; bytes behind it are ignored, as Rust does.
   *
   * @throws DecodeError, and nothing else, whatever the bytes
   */
  decode(bytes: Uint8Array): T {
    try {
      return this.read(new Reader(bytes));
    } catch (error) {
      if (error instanceof DecodeError) Error.captureStackTrace(error);
      throw error;
    }
  }

  /**
   * The same codec with a further condition, given as a Standard Schema (zod, valibot, …) that validates synchronously.
   *
   * The schema runs before encoding and after decoding, and what it returns is encoded or returned.
   */
  refine<U extends T>(schema: StandardSchemaV1<T, U>): Codec<U> {
    return new RefinedCodec(this as unknown as Codec<U>, schema);
  }

  /**
   * The same codec, for a schema that comes from outside of the program, such as from a command line: neither it nor
   * any of its parts makes code of the schema. It is slower; bytes, values and errors are the same.
   */
  interpreted(): Codec<T> {
    // One for each codec, so that recursive types end.
    return (this.interpretedForm ??= this.withParts((part) => part.interpreted()));
  }

  /**
   * The same codec with other codecs as its parts; itself if it has none.
   *
   * A codec class of your own that has parts overrides this.
   */
  protected withParts(_map: PartMap): Codec<T> {
    return this;
  }

  /** The Standard Schema face. */
  get "~standard"(): StandardProps<T, T> {
    return { version: 1, vendor: "@mosaik/postcard", validate: (value) => this.validate(value) };
  }

  private validate(value: unknown): StandardResult<T> {
    try {
      this.encode(value as T);
      return { value: value as T };
    } catch (error) {
      if (!(error instanceof EncodeError)) throw error;
      return { issues: [{ message: error.message, path: error.segments }] };
    }
  }
}

/** A codec whose values also pass a Standard Schema. */
class RefinedCodec<T> extends Codec<T> {
  readonly shape: Shape;
  readonly rustName: string | undefined;

  constructor(
    private readonly inner: Codec<T>,
    private readonly schema: StandardSchemaV1<unknown, T>,
  ) {
    super();
    this.shape = { kind: "refined", inner, schema };
    this.rustName = inner.rustName;
  }

  protected override withParts(map: PartMap): Codec<T> {
    return new RefinedCodec(map(this.inner), this.schema);
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

  override write(writer: Writer, value: T): void {
    const result = this.check(value);
    if (typeof result === "string") throw new EncodeError("invalidValue", result);
    this.inner.write(writer, result.value);
  }

  override read(reader: Reader): T {
    const start = reader.offset;
    const result = this.check(this.inner.read(reader));
    if (typeof result === "string") throw new DecodeError("invalidValue", result, start);
    return result.value;
  }

  /** What the schema makes of the value, or why it refuses it. */
  private check(value: T): { readonly value: T } | string {
    let result;
    try {
      result = this.schema["~standard"].validate(value);
    } catch (error) {
      return `the refinement threw: ${String(error)}`;
    }
    if (result instanceof Promise) {
      result.catch(() => {});
      return "the refinement is asynchronous, codecs are not";
    }
    if (result.issues === undefined) return result;
    return `refused by the refinement: ${result.issues.map((issue) => issue.message).join(", ")}`;
  }
}
